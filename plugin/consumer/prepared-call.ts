/** A call to a peer, checked and ready to be signed: its address lies below where calls go, and nowhere else. */
import { ApplinksError } from '../errors.js';

export interface CallInit {
  /** Default GET. */
  method?: string;
  /** `Authorization` is ours. */
  headers?: Record<string, string>;
  /** URLSearchParams are sent as a form and signed with it; other bodies are not covered by OAuth's signature. */
  body?: string | Uint8Array | URLSearchParams;
  signal?: AbortSignal;
  /** Milliseconds for the whole exchange; default: the option `network.timeoutMs`. */
  timeoutMs?: number;
  /** Of the answer; default 10 MiB. */
  maxBytes?: number;
  /** OAuth 2.0: what the call needs; who has granted less is asked for more (CredentialsRequired with `scopes`). */
  scope?: string | readonly string[];
}

/** Whom a call goes to. */
export interface Callee {
  name: string;
  /** null: not set. */
  base: string | null;
}

export interface PreparedCall {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  form: string | undefined;
  signal: AbortSignal | undefined;
  timeoutMs: number | undefined;
  maxBytes: number;
}

const formType = 'application/x-www-form-urlencoded';
const defaultMaxBytes = 10 * 1024 * 1024;

/** @throws ApplinksError `invalid_input` for an address outside of the link */
export function readCall(callee: Callee, path: string, init: CallInit = {}): PreparedCall {
  const given = Object.fromEntries(
    Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if ('authorization' in given)
    throw new ApplinksError('invalid_input', 400, 'A signed call has an Authorization header of its own.');
  const isForm = init.body instanceof URLSearchParams;
  const body = init.body instanceof URLSearchParams ? init.body.toString() : init.body;
  const declaredForm = given['content-type']?.toLowerCase().startsWith(formType) === true;
  return {
    method: (init.method ?? 'GET').toUpperCase(),
    url: urlBelow(callee, path),
    // Anti-forgery of Atlassian's REST: not a browser (10.1).
    headers: { 'x-atlassian-token': 'no-check', ...(isForm ? { 'content-type': formType } : {}), ...given },
    body,
    form: (isForm || declaredForm) && typeof body === 'string' ? body : undefined,
    signal: init.signal,
    timeoutMs: init.timeoutMs,
    maxBytes: init.maxBytes ?? defaultMaxBytes,
  };
}

function urlBelow({ base: text, name }: Callee, path: string): string {
  if (text === null)
    throw new ApplinksError('not_connectable', 409, `The address (RPC URL) of ${name} is not set.`);
  const base = new URL(text);
  const prefix = base.pathname.replace(/\/$/, '');
  const wanted = /^https?:\/\//i.test(path) ? path : `${base.origin}${prefix}/${path.replace(/^\//, '')}`;
  const url = URL.canParse(wanted) ? new URL(wanted) : undefined;
  if (!url || path.includes('\\') || !isBelow(url, base.origin, prefix))
    throw new ApplinksError('invalid_input', 400, `Calls to ${name} must stay below ${text}.`);
  url.hash = '';
  return url.href;
}

/** Dots and slashes in escapes, and backslashes, mean another place to some servers. */
function isBelow({ origin, pathname, username, password }: URL, base: string, prefix: string): boolean {
  const isInside = pathname === prefix || pathname.startsWith(`${prefix}/`);
  const isPlain = username === '' && password === '' && !/[\\\s]|%2e%2e|%2f/i.test(pathname);
  return origin === base && isInside && isPlain;
}
