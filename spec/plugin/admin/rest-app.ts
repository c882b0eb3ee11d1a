/** The JSON routes alone on a real server, below a context path, with callers who are logged in by a session. */
import { randomBytes } from 'node:crypto';
import express5 from 'express';
import express4 from 'express4';
import { memoryStore, type EventMap, type EventName, type Store } from 'express-applinks';
import { createConnectedAccounts } from '../../../plugin/admin/connected-accounts.js';
import { createLinkChange } from '../../../plugin/admin/link-change.js';
import { createSetLevels } from '../../../plugin/admin/link-levels.js';
import { createSigningKeys } from '../../../plugin/store/signing-keys.js';
import { createSetManualOutgoing } from '../../../plugin/admin/manual-outgoing.js';
import { createLinkTrust } from '../../../plugin/admin/link-trust.js';
import { createLinkService, type LinkService } from '../../../plugin/admin/link-service.js';
import { restRoutes } from '../../../plugin/admin/rest.js';
import { createTokenService } from '../../../plugin/admin/token-service.js';
import { parseOptions } from '../../../plugin/config.js';
import type { Context } from '../../../plugin/context.js';
import { createEvents } from '../../../plugin/events.js';
import { createEndpoints } from '../../../plugin/http/handler.js';
import { memoryRateLimiter } from '../../../plugin/http/rate-limiter.js';
import { createRawBodies } from '../../../plugin/http/raw-body.js';
import { createViews } from '../../../plugin/http/views.js';
import { parsePublicKey } from '../../../plugin/oauth1/public-key.js';
import { createSealer } from '../../../plugin/store/seal.js';
import { TestHost } from '../../support/kit-host.js';
import { listen } from '../../support/listen.js';
import { capturingLogger, rememberSecret } from '../../support/secrets.js';

export interface Reply {
  status: number;
  /** Undefined when the answer is empty. */
  json: unknown;
  text: string;
  headers: Headers;
}

export interface Request {
  /** Nobody by default. */
  as?: 'admin' | 'ana' | 'rob';
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array;
  /** In the place of what a page of ours sends; null leaves a header out. */
  headers?: Record<string, string | null>;
}

export interface RestApp {
  origin: string;
  store: Store;
  links: LinkService;
  events: { name: EventName; event: EventMap[EventName] }[];
  /** @param path below `/ci/applinks/rest`. */
  call(method: string, path: string, request?: Request): Promise<Reply>;
  close(): Promise<void>;
}

export async function startRestApp(version: 4 | 5 = 5): Promise<RestApp> {
  const app = version === 4 ? express4() : express5();
  const server = await listen(app);
  const host = new TestHost('/ci');
  for (const name of ['admin', 'ana', 'rob']) host.sessions.set(`session-${name}`, `id-${name}`);
  const store = memoryStore();
  const config = parseOptions({
    baseUrl: `${server.url}/ci`,
    application: { name: 'Sample CI' },
    store,
    keys: { encryption: [randomBytes(32).toString('base64')] },
    host,
    scopes: { build: 'Start and stop builds' },
    logger: capturingLogger(),
  });
  const heard: RestApp['events'] = [];
  const events = createEvents((error) => {
    throw error;
  });
  for (const name of ['link.created', 'link.updated', 'link.removed', 'access_token.revoked'] as const) {
    events.on(name, (event) => void heard.push({ name, event }));
  }
  const limiter = memoryRateLimiter({ failures: 30, windowMs: 60_000, keys: 100, clock: config.clock });
  const context: Context = {
    config,
    store,
    events,
    limiter,
    sealer: createSealer(config.keys.encryption),
  };
  const change = createLinkChange(context);
  const links = createLinkService(context, change, parsePublicKey);
  const tokens = createTokenService(context);
  const endpoints = createEndpoints(context, createViews(config, 'Sample CI'));
  app.use(
    '/ci',
    restRoutes({
      context,
      endpoints,
      rawBodies: createRawBodies(),
      links,
      tokens,
      setLevels: createSetLevels(context, change),
      trust: createLinkTrust(context, change),
      setManualOutgoing: createSetManualOutgoing(context, change),
      automatic: { look: notHere, linkByPassword: notHere, ownHalf: notHere, removeTwoWay: notHere },
      keys: createSigningKeys(store.settings, context.sealer, config.clock),
      keyService: { refreshPeerKey: notHere, rotate: notHere, readHeldKey: notHere },
      diagnose: notHere,
      findPeer: notHere,
      accounts: createConnectedAccounts(context),
    }),
  );
  return {
    origin: server.url,
    store,
    links,
    events: heard,
    close: () => server.close(),
    call: async (method, path, { as, json, body, headers = {} } = {}) => {
      const sent: Record<string, string | null> = {
        origin: method === 'GET' ? null : server.url,
        cookie: as === undefined ? null : `test_session=session-${as}`,
        'content-type': json === undefined ? null : 'application/json',
        ...headers,
      };
      const present = Object.entries(sent).flatMap(([name, value]): [string, string][] =>
        value === null ? [] : [[name, value]],
      );
      const answer = await fetch(`${server.url}/ci/applinks/rest${path}`, {
        method,
        headers: Object.fromEntries(present),
        body: json === undefined ? (body ?? null) : JSON.stringify(json),
        redirect: 'manual',
      });
      const text = await answer.text();
      for (const secret of secretsIn(text)) rememberSecret(secret, 'consumer secret');
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
      return {
        status: answer.status,
        text,
        headers: answer.headers,
        json: isJson && text !== '' ? JSON.parse(text) : undefined,
      };
    },
  };
}

function secretsIn(text: string): string[] {
  const secrets = /"secrets":(\{[^}]*\})/.exec(text)?.[1];
  return secrets === undefined ? [] : Object.values(JSON.parse(secrets) as Record<string, string>);
}

export function errorOf({ status, json }: Reply): string {
  return `${status} ${(json as { error?: { code?: string } } | undefined)?.error?.code ?? 'without a code'}`;
}

export function fieldsOf({ json }: Reply): unknown {
  return (json as { error?: { fields?: unknown } } | undefined)?.error?.fields;
}

/** What needs a peer has flow specs of its own. */
const notHere = (): Promise<never> => Promise.reject(new Error('not tested here'));
