/**
 * Tokens that peers granted us: sealed when stored, opened when used, renewed before they expire. Several processes use
 * the same grant; one of them renews it while the others wait, since a second renewal with the old handle would end the
 * session (applinks-oauth1.md 6.5).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Context } from '../context.js';
import { PeerRefused } from '../errors.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Grant } from '../store/outgoing.js';
import type { Connection, Link } from '../store/store.js';
import { endpointsOf, type IdentityOf } from './endpoints.js';
import { isTokenDead } from './oauth-refusal.js';
import type { IssuedToken, TokenRequests } from './token-requests.js';

const documentSchema = z.object({
  token: z.string(),
  tokenSecret: z.string(),
  sessionHandle: z.string().nullable(),
});

export interface OpenGrant {
  grant: Grant;
  token: string;
  tokenSecret: string;
}

export interface Grants {
  /** Takes the place of the user's former grant of this connection. False: the connection was deleted meanwhile. */
  save(link: Link, connection: Connection, userId: string, issued: IssuedToken): Promise<boolean>;
  /** A token to call with, renewed if it is about to expire; undefined when the user must connect (again). */
  open(link: Link, connection: Connection, userId: string): Promise<OpenGrant | undefined>;
  /** Forgets a token that the peer called dead. False: it was renewed or replaced meanwhile, so another one may live. */
  drop(opened: OpenGrant, problem: string): Promise<boolean>;
}

const renewAheadMs = 60_000;
/** Beside the deadline of its call, so that nobody takes a renewal over that may still succeed. */
const renewalMarginMs = 20_000;
const pollMs = 100;
const touchIntervalMs = 60_000;

export function createGrants(context: Context, requests: TokenRequests, identityOf: IdentityOf): Grants {
  const { store, sealer, config, events } = context;
  const renewalTakesMs = config.network.timeoutMs + renewalMarginMs;

  const documentOf = ({ linkId, connectionId, userId, sealedDocument }: Grant) =>
    documentSchema.parse(
      JSON.parse(sealer.open(sealedDocument, sealedPlace.grant(linkId, connectionId, userId))),
    );
  const termsOf = (link: Link, connection: Connection, userId: string, issued: IssuedToken) => {
    const nowMs = config.clock();
    const document = {
      token: issued.token,
      tokenSecret: issued.tokenSecret,
      sessionHandle: issued.sessionHandle ?? null,
    };
    const inMs = (seconds: number | undefined): number | null =>
      seconds === undefined ? null : nowMs + seconds * 1000;
    return {
      sealedDocument: sealer.seal(
        JSON.stringify(document),
        sealedPlace.grant(link.id, connection.id, userId),
      ),
      expiresAtMs: inMs(issued.expiresInSeconds),
      sessionExpiresAtMs: inMs(issued.sessionExpiresInSeconds),
    };
  };
  const opened = (grant: Grant): OpenGrant => {
    const { token, tokenSecret } = documentOf(grant);
    return { grant, token, tokenSecret };
  };
  const removed = (grant: Grant, reason: string): void =>
    events.emit('grant.removed', { linkId: grant.linkId, userId: grant.userId, reason });

  const forget = async (grant: Grant, reason: string): Promise<boolean> => {
    const isForgotten = await store.grants.removeUnchanged(grant.id, grant.revision);
    if (isForgotten) removed(grant, reason);
    return isForgotten;
  };

  const isExpired = ({ expiresAtMs }: Grant): boolean =>
    expiresAtMs !== null && expiresAtMs <= config.clock();

  /** The caller has claimed the renewal. Null: others changed or removed the grant meanwhile. */
  const renew = async (
    link: Link,
    connection: Connection,
    userId: string,
    grant: Grant,
    sessionHandle: string,
  ): Promise<OpenGrant | undefined | null> => {
    const { token, tokenSecret } = documentOf(grant);
    const identity = await identityOf(link, connection, tokenSecret);
    try {
      const issued = await requests.renew(
        endpointsOf(link, connection).accessToken,
        identity,
        token,
        sessionHandle,
      );
      const next = { ...grant, ...termsOf(link, connection, userId, issued) };
      if (!(await store.grants.update(next))) return null;
      events.emit('grant.renewed', { linkId: link.id, userId });
      return {
        grant: { ...next, revision: grant.revision + 1 },
        token: issued.token,
        tokenSecret: issued.tokenSecret,
      };
    } catch (error) {
      const problem = error instanceof PeerRefused ? error.problem : undefined;
      if (isTokenDead(problem) || problem === 'permission_denied')
        return (await forget(grant, problem ?? 'refused')) ? undefined : null;
      // Those who wait for this renewal need not wait for a peer that is down.
      const released = { ...grant, renewalUntilMs: null };
      if (!(await store.grants.update(released))) return null;
      if (!isExpired(grant)) return opened({ ...released, revision: grant.revision + 1 });
      throw error;
    }
  };

  const open: Grants['open'] = async (link, connection, userId) => {
    let awaited: number | undefined;
    for (let poll = 0; ; poll += 1) {
      const grant = await store.grants.get(connection.id, userId);
      if (!grant) return undefined;
      const nowMs = config.clock();
      const isFresh = grant.expiresAtMs === null || grant.expiresAtMs - renewAheadMs > nowMs;
      // Those who waited take what they waited for, however short it lasts, or each would end the former's token.
      const isAwaited = awaited !== undefined && awaited !== grant.revision && !isExpired(grant);
      if (isFresh || isAwaited) {
        await noteUse(grant, nowMs);
        return opened(grant);
      }
      const { sessionHandle } = documentOf(grant);
      if (sessionHandle === null) {
        if (!isExpired(grant)) return opened(grant);
        await forget(grant, 'expired');
        continue;
      }
      if (await store.grants.claimRenewal(grant.id, grant.revision, nowMs, nowMs + renewalTakesMs)) {
        const renewed = await renew(link, connection, userId, grant, sessionHandle);
        if (renewed !== null) return renewed;
        continue;
      }
      if (poll * pollMs > renewalTakesMs) return opened(grant);
      awaited = grant.revision;
      await sleep(pollMs);
    }
  };

  const noteUse = async ({ id, lastUsedAtMs }: Grant, nowMs: number): Promise<void> => {
    if (lastUsedAtMs === null || nowMs - lastUsedAtMs > touchIntervalMs) await store.grants.touch(id, nowMs);
  };

  return {
    open,
    save: async (link, connection, userId, issued) => {
      const grant: Grant = {
        id: randomUUID(),
        linkId: link.id,
        connectionId: connection.id,
        userId,
        ...termsOf(link, connection, userId, issued),
        createdAtMs: config.clock(),
        lastUsedAtMs: null,
        renewalUntilMs: null,
        revision: 0,
      };
      if (!(await store.grants.put(grant))) return false;
      events.emit('grant.created', { linkId: link.id, userId });
      return true;
    },
    drop: ({ grant }, problem) => forget(grant, problem),
  };
}
