/**
 * What a Bitbucket server can do (jenkins-integration.md C5): one document that names others, kept per server for a
 * while. The named addresses are absolute; they are followed only below the link's own, because a credential goes with
 * the call.
 */
import { z } from 'zod';
import type { PeerFetch } from '../consumer/link-client.js';
import type { Context } from '../context.js';
import { ApplinksError, PeerRefused } from '../errors.js';
import type { Link } from '../store/store.js';
import { callJson } from './rest.js';

export interface Capabilities {
  richBuildStatus: boolean;
  cancelledStatus: boolean;
  deployments: boolean;
  /** Events that a webhook can have; null: the server does not say. */
  webhookEvents: ReadonlySet<string> | null;
}

/** @throws PeerRefused, PeerUnreachable and what `fetch` throws; a failure is not kept. */
export type ReadCapabilities = (linkId: string, fetch: PeerFetch) => Promise<Capabilities>;

const nothing: Capabilities = {
  richBuildStatus: false,
  cancelledStatus: false,
  deployments: false,
  webhookEvents: null,
};
const mostServers = 1000;
const indexSchema = z.looseObject({ capabilities: z.record(z.string(), z.unknown()).default({}) });
const buildSchema = z.looseObject({ buildStatus: z.array(z.string()).default([]) });
const deploymentSchema = z.looseObject({});
const webhookSchema = z.looseObject({ 'application-webhooks': z.array(z.string()).optional() });

export function createCapabilities({ store, config }: Context, keepMs: number): ReadCapabilities {
  const { clock, logger } = config;
  const known = new Map<string, { untilMs: number; capabilities: Promise<Capabilities> }>();

  const read = async (link: Link, fetch: PeerFetch): Promise<Capabilities> => {
    const index = await orAbsent(callJson(fetch, '/rest/capabilities', indexSchema));
    if (!index) return nothing;
    const follow = async <S extends z.ZodType>(name: string, schema: S): Promise<z.output<S> | undefined> => {
      const address = index.capabilities[name];
      if (typeof address !== 'string') return undefined;
      const path = pathBelow(link, address);
      if (path !== undefined) return orAbsent(callJson(fetch, path, schema));
      const fields = { linkId: link.id, capability: name };
      logger.warn(
        fields,
        'express-applinks: a capability of Bitbucket lies outside of its link; not followed',
      );
      return undefined;
    };
    const build = await follow('build', buildSchema);
    const deployment = await follow('deployment', deploymentSchema);
    const webhooks = (await follow('webhooks', webhookSchema))?.['application-webhooks'];
    return {
      richBuildStatus: build?.buildStatus.includes('richBuildStatus') ?? false,
      cancelledStatus: build?.buildStatus.includes('cancelledStatus') ?? false,
      deployments: deployment !== undefined,
      webhookEvents: webhooks ? new Set(webhooks) : null,
    };
  };

  return async (linkId, fetch) => {
    const link = await store.links.get(linkId);
    if (!link) throw new ApplinksError('not_found', 404, 'There is no such application link.');
    const key = JSON.stringify([linkId, link.rpcUrl, link.displayUrl]);
    const kept = known.get(key);
    if (kept && kept.untilMs > clock()) return kept.capabilities;
    if (known.size >= mostServers) known.clear();
    const capabilities = read(link, fetch);
    known.set(key, { untilMs: clock() + keepMs, capabilities });
    return capabilities.catch((error: unknown) => {
      known.delete(key);
      throw error;
    });
  };
}

/** A server that has no such document is an older one. */
async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof PeerRefused && error.peerStatus === 404) return undefined;
    throw error;
  }
}

/** A server may name itself by another address than the one that we call it by. */
function pathBelow({ rpcUrl, displayUrl }: Link, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const base = [rpcUrl, displayUrl].find((own) => {
    if (own === null) return false;
    const { origin, pathname } = new URL(own);
    return url.origin === origin && url.pathname.startsWith(`${pathname.replace(/\/$/, '')}/`);
  });
  return base ? url.pathname.slice(new URL(base).pathname.replace(/\/$/, '').length) + url.search : undefined;
}
