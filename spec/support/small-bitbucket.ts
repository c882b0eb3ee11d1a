/**
 * A Bitbucket of a few lines for the specs of express-applinks/bitbucket: capability documents, the webhooks of a
 * repository, and build statuses and deployments that it writes down; each call can be answered otherwise.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen, type Listening } from './listen.js';
import { rememberSecret } from './secrets.js';

export interface Hook {
  id: number;
  name: string;
  url: string;
  active: boolean;
  events: string[];
  configuration: Record<string, unknown>;
  sslVerificationRequired?: boolean;
}

export interface Received {
  method: string;
  path: string;
  token: string | undefined;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

export interface SmallBitbucket extends Listening {
  hooks: Hook[];
  /** Every call, oldest first. */
  received: Received[];
  /** Calls that write. */
  writes(): string[];
  /** Bodies of the statuses and deployments that were taken. */
  states: Record<string, unknown>[];
  /** Name of the capability → its document; undefined as a whole: a server without such documents. */
  capabilities: Record<string, object> | undefined;
  /** Where the capability documents are said to be. */
  capabilityBase: string;
  /** Token → status with which it is refused. */
  refused: Map<string, number>;
  /** When it gives true it has answered. */
  fault: (call: Received, res: ServerResponse) => boolean;
  pageSize: number;
}

const hooksPath = /^\/bb\/rest\/api\/1\.0\/projects\/[^/]+\/repos\/[^/]+\/webhooks(?:\/(\d+))?$/;

export async function startSmallBitbucket(): Promise<SmallBitbucket> {
  let lastId = 0;
  const state: Omit<SmallBitbucket, keyof Listening> = {
    hooks: [],
    received: [],
    states: [],
    writes: () => state.received.flatMap(({ method }) => (method === 'GET' ? [] : [method])),
    capabilities: {
      build: { buildStatus: ['richBuildStatus', 'cancelledStatus'] },
      deployment: {},
      webhooks: { 'application-webhooks': ['repo:refs_changed', 'pr:opened', 'pr:from_ref_updated'] },
    },
    capabilityBase: '',
    refused: new Map(),
    fault: () => false,
    pageSize: 2,
  };

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://here');
    const raw = await text(req);
    const call: Received = {
      ...{ method: req.method ?? '', path: pathname, headers: req.headers },
      token: req.headers.authorization?.replace('Bearer ', ''),
      body: raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>),
    };
    state.received.push(call);
    const json = (status: number, body: object): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refusal = state.refused.get(call.token ?? '');
    if (refusal !== undefined) {
      json(refusal, { errors: [{ message: 'You may not do this.' }] });
      return;
    }
    if (state.fault(call, res)) return;
    const hookId = Number(hooksPath.exec(pathname)?.[1]);
    const hook = state.hooks.find(({ id }) => id === hookId);
    const secret = (call.body.configuration as { secret?: string } | undefined)?.secret;
    if (secret !== undefined) rememberSecret(secret, 'webhook secret');
    if (pathname === '/bb/rest/capabilities' && state.capabilities) {
      const names = Object.keys(state.capabilities);
      const capabilities = Object.fromEntries(
        names.map((name) => [name, `${state.capabilityBase}/rest/${name}`]),
      );
      json(200, { application: 'stash', capabilities });
    } else if (state.capabilities && pathname.startsWith('/bb/rest/') && !pathname.includes('/1.0/'))
      json(200, state.capabilities[pathname.slice('/bb/rest/'.length)] ?? {});
    else if (/\/(?:builds|deployments)$|build-status/.test(pathname)) {
      state.states.push(call.body);
      if (pathname.endsWith('deployments')) json(200, call.body);
      else res.writeHead(204).end();
    } else if (!hooksPath.test(pathname)) json(404, { errors: [{ message: 'There is no such thing.' }] });
    else if (call.method === 'GET') {
      const start = Number(searchParams.get('start') ?? 0);
      const next = start + state.pageSize;
      const isLastPage = next >= state.hooks.length;
      const page = { isLastPage, nextPageStart: isLastPage ? null : next };
      json(200, { values: state.hooks.slice(start, next), ...page });
    } else if (call.method === 'POST') {
      state.hooks.push({ ...(call.body as unknown as Omit<Hook, 'id'>), id: (lastId += 1) });
      json(201, state.hooks.at(-1) ?? {});
    } else if (!hook) json(404, { errors: [{ message: 'There is no such webhook.' }] });
    else if (call.method === 'PUT') json(200, Object.assign(hook, call.body));
    else {
      state.hooks.splice(state.hooks.indexOf(hook), 1);
      res.writeHead(204).end();
    }
  };
  const listening = await listen((req, res) => void answer(req, res));
  state.capabilityBase = `${listening.url}/bb`;
  lastId = 100;
  return Object.assign(state, listening);
}
