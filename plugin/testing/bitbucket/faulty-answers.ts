/**
 * Faults on demand at every step: a spec says which request is to be answered wrongly and how. The fault is in what
 * goes over the wire, so the side under test meets a proxy's page, a cut connection or a drip as it would outside.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Answer } from './answer.js';
import type { ReceivedRequest } from './received.js';

/** A string is a whole path below the context path; without a method every method matches. */
export type RequestMatch =
  string | RegExp | { method?: string; path: string | RegExp } | ((request: ReceivedRequest) => boolean);

export interface FaultyAnswer {
  /** Of an answer in place of the true one (200 when only `body` is given). */
  status?: number;
  /** Laid over those of the true answer, if that is made. */
  headers?: Readonly<Record<string, string>>;
  /** A function changes the true answer's body. */
  body?: string | Uint8Array | ((real: string) => string);
  /** Does first what was asked. So by default when neither `status` nor a fixed `body` is given. */
  after?: boolean;
  /** Waits before anything is done. */
  delayMs?: number;
  /** Sends the body in sixteen parts with this pause before each. */
  dripMs?: number;
  /** Cuts the connection: instead of doing anything (`before` or true), of answering, or in the midst of the body. */
  drop?: boolean | 'before' | 'after' | 'midway';
  /** Ends after one request. */
  once?: boolean;
}

export interface FaultyAnswers {
  /** The newest match wins. Returns what takes it back. */
  add(match: RequestMatch, answer: FaultyAnswer): () => void;
  clear(): void;
  /** The fault for this request, used up when it is for once. */
  take(request: ReceivedRequest): FaultyAnswer | undefined;
}

const isPath = (wanted: string | RegExp, path: string): boolean =>
  typeof wanted === 'string' ? wanted === path : wanted.test(path);

function isMatch(match: RequestMatch, request: ReceivedRequest): boolean {
  if (typeof match === 'function') return match(request);
  if (typeof match === 'string' || match instanceof RegExp) return isPath(match, request.path);
  return (match.method ?? request.method) === request.method && isPath(match.path, request.path);
}

export function createFaultyAnswers(): FaultyAnswers {
  const rules = new Set<{ match: RequestMatch; answer: FaultyAnswer }>();
  return {
    add: (match, answer) => {
      const rule = { match, answer };
      rules.add(rule);
      return () => void rules.delete(rule);
    },
    clear: () => rules.clear(),
    take: (request) => {
      const rule = [...rules].reverse().find(({ match }) => isMatch(match, request));
      if (rule?.answer.once) rules.delete(rule);
      return rule?.answer;
    },
  };
}

const none: Answer = { status: 200, headers: {}, body: '' };

const doesAsAsked = ({ after, status, body }: FaultyAnswer): boolean =>
  after ?? (status === undefined && (body === undefined || typeof body === 'function'));

const bodyOf = ({ body }: FaultyAnswer, real: Buffer): Buffer =>
  typeof body === 'function' ? Buffer.from(body(real.toString('utf8'))) : Buffer.from(body ?? real);

async function drip(response: ServerResponse, body: Buffer, rest: () => Promise<void>): Promise<void> {
  const size = Math.max(1, Math.ceil(body.length / 16));
  for (let at = 0; at < body.length; at += size) {
    await rest();
    response.write(body.subarray(at, at + size));
  }
  response.end();
}

/** `run` does what was asked. Ends early, without an error, when the other side hangs up. */
export async function writeFaulty(
  response: ServerResponse,
  fault: FaultyAnswer,
  run: () => Promise<Answer>,
): Promise<void> {
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal: hungUp.signal });
  try {
    if (fault.delayMs) await rest(fault.delayMs);
    if (fault.drop === true || fault.drop === 'before') return void response.destroy();
    const real = doesAsAsked(fault) ? await run() : none;
    const sent = real.stream ? await buffer(real.stream) : Buffer.from(real.body);
    if (fault.drop === 'after') return void response.destroy();
    const body = bodyOf(fault, sent);
    const length = { 'Content-Length': String(body.length) };
    response.writeHead(fault.status ?? real.status, { ...length, ...real.headers, ...fault.headers });
    const { dripMs } = fault;
    if (fault.drop === 'midway') {
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    } else if (dripMs === undefined) response.end(body);
    else await drip(response, body, () => rest(dripMs));
  } catch (error) {
    if (!hungUp.signal.aborted) throw error;
  }
}
