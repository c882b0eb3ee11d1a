/** One address of the stand-in: method, path and what answers. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from './answer.js';
import type { Handler } from './callers.js';

export interface Route {
  method: string;
  /** Matched against the whole path below the context path. */
  pattern: RegExp;
  handle: Handler;
}

/** `path` is the source of a regular expression; its groups become the captures. */
export const on = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new RegExp(`^${path}$`),
  handle,
});

/** The first route that matches answers; undefined when none does. */
export async function answerFrom(
  routes: readonly Route[],
  incoming: Omit<Incoming, 'captures'>,
  headers: IncomingHttpHeaders,
): Promise<Answer | undefined> {
  for (const { method, pattern, handle } of routes) {
    const match = method === incoming.method ? pattern.exec(incoming.path) : null;
    if (match) return handle({ ...incoming, captures: match.slice(1) }, headers);
  }
  return undefined;
}
