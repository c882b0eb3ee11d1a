/** A call to a peer, checked and ready to be signed: its address lies below where calls go, and nowhere else. */
import { ApplinksError } from '../errors.js';

export interface CallInit {
  /** Default GET. */
  method?: string;
  /** `Authorization` and `Host` are ours. */
  headers?: Record<string, string>;
  /** A form (URLSearchParams, or what the content type calls one) is signed; other bodies OAuth's signature does not cover. */
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
  if ('authorization' in given || 'host' in given)
    throw new ApplinksError(
      'invalid_input',
      400,
      'A signed call has headers Authorization and Host of its own.',
    );
  const isForm = init.body instanceof URLSearchParams;
  const body = init.body instanceof URLSearchParams ? init.body.toString() : init.body;
  const declaredForm = given['content-type']?.toLowerCase().startsWith(formType) === true;
  return {
    method: (init.method ?? 'GET').toUpperCase(),
    url: urlBelow(callee, path),
    // Anti-forgery of Atlassian's REST: not a browser (10.1).
    headers: { 'x-atlassian-token': 'no-check', ...(isForm ? { 'content-type': formType } : {}), ...given },
    body,
    form: (isForm || declaredForm) && body !== undefined ? formText(body) : undefined,
    signal: init.signal,
    timeoutMs: init.timeoutMs,
    maxBytes: init.maxBytes ?? defaultMaxBytes,
  };
}

/** Signed as it is sent, so the bytes of a form must be text. @throws ApplinksError `invalid_input` */
function formText(body: string | Uint8Array): string {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new ApplinksError(
      'invalid_input',
      400,
      'The body of a form is not UTF-8, so it cannot be signed. Encode it as a form, or send it with another content type.',
    );
  }
}

/**
 * A call without a user is made in the name of whom these parameters name, if the peer allows it (applinks-oauth1.md
 * 6.6): whoever may choose a part of the query must not become somebody else by it.
 * @throws ApplinksError `invalid_input`
 */
export function requireNoRequestor({ url, form }: PreparedCall, requestor: string | undefined): void {
  const names = new Set([...new URL(url).searchParams, ...new URLSearchParams(form)].map(([name]) => name));
  if (!names.has('xoauth_requestor_id') && (requestor !== undefined || !names.has('user_id'))) return;
  throw new ApplinksError(
    'invalid_input',
    400,
    'In a call without a user, the parameters xoauth_requestor_id and user_id name one. Use the option requestor.',
  );
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

/** To some servers these mean another place: dots, slashes and backslashes in escapes, and dots before a `;` (Tomcat). */
const otherPlace = /[\\\s]|%2e%2e|%2f|%5c|\/(?:\.|%2e){1,2};/i;

function isBelow({ origin, pathname, username, password }: URL, base: string, prefix: string): boolean {
  const isInside = pathname === prefix || pathname.startsWith(`${prefix}/`);
  const isPlain = username === '' && password === '' && !otherPlace.test(pathname);
  return origin === base && isInside && isPlain;
}
