/**
 * Authorisations that are under way, each kept in the HTTP session that began it (oauth2.md 1.3, 1.8): 120 s until the
 * browser leaves, 180 s until it is back, 120 s until the result is read; every step is taken once. A foreign session,
 * or none, finds nothing: that is the defence against a callback that somebody else has begun.
 */
import { randomUUID } from 'node:crypto';
import type { ClientConfig } from './client-config.js';
import type { TokenSet } from './token-lifetimes.js';

export interface FlowResult {
  /** What an administrator reads; empty when the other side left nothing legible. Undefined: it worked. */
  error: string | undefined;
  /** Only for a feature: the test of a connection throws its tokens away. */
  granted: TokenSet | undefined;
}

export interface Flow {
  id: string;
  /** As it was when the flow began. */
  config: ClientConfig;
  /** The caller's own page, to which the browser goes in the end with the id of the flow behind it. */
  callbackUrl: string;
  purpose: 'test' | 'feature';
}

/** `session`: its form token, which no other session has; undefined without one. */
export interface Flows {
  create(session: string, asked: Omit<Flow, 'id'>): Flow;
  /** The flow and the `state` to send along. */
  leave(session: string | undefined, id: string): { flow: Flow; state: string } | undefined;
  comeBack(session: string | undefined, state: string): Flow | undefined;
  finish(session: string | undefined, flow: Flow, result: FlowResult): void;
  takeResult(session: string | undefined, id: string): FlowResult | undefined;
}

const skewMs = 60_000;
const clientDelayMs = 60_000 + skewMs;
const serverDelayMs = 120_000 + skewMs;

interface Entry<Value> {
  value: Value;
  session: string | undefined;
  untilMs: number;
}

/** Entries that can be taken once, in time, and only in the session that put them there. */
function createShelf<Value>(now: () => number, lifetimeMs: number) {
  const entries = new Map<string, Entry<Value>>();
  return {
    put: (session: string | undefined, key: string, value: Value): void =>
      void entries.set(key, { value, session, untilMs: now() + lifetimeMs }),
    take: (session: string | undefined, key: string): Value | undefined => {
      const entry = entries.get(key);
      if (session === undefined || entry?.session !== session) return undefined;
      entries.delete(key);
      return entry.untilMs >= now() ? entry.value : undefined;
    },
  };
}

export function createFlows(now: () => number): Flows {
  const begun = createShelf<Flow>(now, clientDelayMs);
  const away = createShelf<Flow>(now, serverDelayMs);
  const results = createShelf<FlowResult>(now, clientDelayMs);
  return {
    create: (session, asked) => {
      const flow = { ...asked, id: randomUUID() };
      begun.put(session, flow.id, flow);
      return flow;
    },
    leave: (session, id) => {
      const flow = begun.take(session, id);
      if (!flow) return undefined;
      const state = randomUUID();
      away.put(session, state, flow);
      return { flow, state };
    },
    comeBack: (session, state) => away.take(session, state),
    finish: (session, flow, result) => results.put(session, flow.id, result),
    takeResult: (session, id) => results.take(session, id),
  };
}
