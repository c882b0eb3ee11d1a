/**
 * The only way out: every call to a peer goes through here (design.md, Outbound; applinks-oauth1.md part 10, KIT). A
 * hostile or broken peer may answer with a redirect to our own network, drip one byte a minute, send gigabytes, or
 * compress a bomb: so no redirect is followed, one deadline covers the whole exchange, a cap ends it in mid-stream,
 * and an encoded body is refused. The addresses are checked by address-guard.ts as the socket is opened.
 */
import { Agent, request as undiciRequest } from 'undici';
import { PeerUnreachable } from '../errors.js';
import { createAddressGuard, type Resolve } from './address-guard.js';
import { explainFailure, timeoutFailure } from './peer-error.js';
import { requireNoRedirect } from './redirect.js';
import { trustedWith } from './trusted-certificates.js';
import { readCapped } from './read-capped.js';

export interface TransportOptions {
  allowInsecureLoopback: boolean;
  /** Networks in CIDR notation, addresses or host names that are never called. */
  deny: readonly string[];
  /** PEM certificates that are trusted beside those that Node.js trusts. */
  ca?: string | readonly string[] | undefined;
  /** Our base URL, for `refuseOwn`. */
  own: string;
  /** The caller's own fetch: neither addresses nor certificates are checked then (`allowInsecureFetch`). */
  fetch?: typeof fetch | undefined;
  timeoutMs?: number;
  /** Resolves host names; for tests. */
  resolve?: Resolve;
}

export interface TransportRequest {
  method?: string;
  /** Absolute http or https URL without user info; a fragment is not sent. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Default 1 MiB. */
  maxBytes?: number;
  /** For the whole exchange, name resolution and body included. */
  timeoutMs?: number;
  /** The caller's own reason to give up; its reason is thrown as it is. */
  signal?: AbortSignal;
  /** Refuse our own base URL and what the kit serves below it: a link to ourselves. */
  refuseOwn?: boolean;
}

export interface TransportAnswer {
  status: number;
  headers: Headers;
  body: Buffer;
  url: string;
  /** The peer's clock by its `Date` header, milliseconds since the epoch. */
  dateMs: number | undefined;
}

export interface Transport {
  /** Any status is an answer, except 3xx with `Location`. @throws PeerUnreachable */
  request(request: TransportRequest): Promise<TransportAnswer>;
  /** Waits for running calls, which their deadlines bound. */
  close(): Promise<void>;
}

interface Call {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  signal: AbortSignal;
}

interface RawAnswer {
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array> | null;
}

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 1_048_576;
const maxConnectionsPerPeer = 16;
/** What we serve below our base URL. Another application may live below it too, behind the same proxy. */
const ownPlaces = /^(?:$|(?:rest|plugins|applinks|oauth2)\/)/;

export function createTransport(options: TransportOptions): Transport {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const guard = createAddressGuard(options);
  const agent = new Agent({
    connections: maxConnectionsPerPeer,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      lookup: guard.lookup,
      timeout: timeoutMs,
      ...(options.ca === undefined ? {} : { ca: trustedWith([options.ca].flat()) }),
    },
  });

  let closing: Promise<void> | undefined;

  const sendGuarded = async ({ url, ...call }: Call): Promise<RawAnswer> => {
    guard.requireAllowedHost(url.hostname);
    const { statusCode, headers, body } = await undiciRequest(url, {
      ...call,
      body: call.body ?? null,
      dispatcher: agent,
    });
    const answer = { status: statusCode, headers: readHeaders(headers), body };
    requireIdentity(url, answer.headers);
    return answer;
  };
  const sendByFetch = async (fetchIt: typeof fetch, { url, body, ...call }: Call): Promise<RawAnswer> =>
    fetchIt(url, { ...call, body: body ?? null, redirect: 'manual' });

  return {
    async request(request) {
      const url = requireCallable(request.url);
      if (request.refuseOwn === true) requireOther(url, options.own);
      const call = {
        url,
        method: request.method ?? 'GET',
        headers: { 'user-agent': 'express-applinks', 'accept-encoding': 'identity', ...request.headers },
        body: request.body,
      };
      const deadline = new AbortController();
      const timer = setTimeout(() => {
        deadline.abort();
      }, request.timeoutMs ?? timeoutMs);
      const signal = AbortSignal.any([deadline.signal, ...(request.signal ? [request.signal] : [])]);
      try {
        const answer = await (options.fetch
          ? sendByFetch(options.fetch, { ...call, signal })
          : sendGuarded({ ...call, signal }));
        requireNoRedirect(url, answer);
        const body = await readCapped(url, answer, request.maxBytes ?? defaultMaxBytes);
        const { status, headers } = answer;
        return { status, headers, body, url: url.href, dateMs: readDate(headers.get('date')) };
      } catch (error) {
        request.signal?.throwIfAborted();
        if (deadline.signal.aborted) throw timeoutFailure(url, error);
        throw explainFailure(url, error);
      } finally {
        clearTimeout(timer);
        // What is still running of a call that failed ends here; after a complete one this does nothing.
        deadline.abort();
      }
    },
    close: () => (closing ??= agent.close()),
  };
}

function requireCallable(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new PeerUnreachable(
    'address_refused',
    'This is not an address that can be called. Enter an http or https URL without user name and password.',
  );
}

function requireOther(url: URL, own: string): void {
  const ours = new URL(own);
  const below = ours.pathname.replace(/\/*$/, '/');
  const path = `${url.pathname}/`.replace(/\/+/g, '/');
  if (url.origin !== ours.origin || !path.startsWith(below) || !ownPlaces.test(path.slice(below.length)))
    return;
  throw new PeerUnreachable(
    'address_refused',
    `${ours.origin} is this application itself. Enter the address of the other application.`,
  );
}

function requireIdentity(url: URL, headers: Headers): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  throw new PeerUnreachable(
    'bad_answer',
    `${url.origin} answered with a compressed body, which was not asked for. Check the proxy in front of it.`,
  );
}

function readHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(raw)) {
    for (const value of [values].flat()) headers.append(name, value.replace(/[^\t\x20-\xff]/g, '?'));
  }
  return headers;
}

function readDate(date: string | null): number | undefined {
  const dateMs = date === null ? NaN : Date.parse(date);
  return Number.isNaN(dateMs) ? undefined : dateMs;
}
