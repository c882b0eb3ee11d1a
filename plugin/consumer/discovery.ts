/**
 * First step of making a link from our side: what is at the address that an administrator entered (applinks-oauth1.md
 * 1.3, 2.1; rows b1, b8)? The address is refused when it is our own; nothing is decided here: when the peer names
 * another URL as its own, or the connection is not encrypted, a warning says so and the administrator decides. A
 * certificate problem never makes it try http: whoever can break TLS would then read everything.
 * Also what `admin/` may know of this folder, hence the names passed on.
 */
import { PeerUnreachable, type PeerUnreachableKind } from '../errors.js';
import { readEnteredUrl } from './entered-url.js';
import { fetchManifest, type Manifest } from './manifest.js';
import type { Transport } from './transport.js';

export { fetchConsumerInfo, type ConsumerInfo } from './consumer-info.js';
export { fetchManifest, type Manifest, type ManifestOptions } from './manifest.js';

export interface Discovery {
  /** Base URL that was found, else the most likely one; without a slash at its end. */
  url: string;
  manifest: Manifest | undefined;
  /** Why there is no manifest. */
  problem: PeerUnreachable | undefined;
  /** Another base URL to offer: the peer's own when it differs, or where it redirects to. */
  suggestedUrl: string | undefined;
  /** Sentences for the administrator. */
  warnings: string[];
}

type Attempt = { url: string; manifest: Manifest } | { url: string; problem: PeerUnreachable };

const defaultTimeoutMs = 30_000;
/** The host answered, so another path of it may be the right one. */
const answered: readonly PeerUnreachableKind[] = ['bad_answer', 'redirected', 'too_large'];
/** Nothing on this scheme's port that would be worth protecting. */
const noTls: readonly PeerUnreachableKind[] = [
  'connection_refused',
  'tls_error',
  'timeout',
  'connection_lost',
];

/** @throws PeerUnreachable `address_refused` when the text is no address; other failures are the result's `problem`.
 * @param options.timeoutMs for all candidates together; each call has the transport's deadline besides. */
export async function discover(
  transport: Transport,
  entered: string,
  { timeoutMs = defaultTimeoutMs }: { timeoutMs?: number } = {},
): Promise<Discovery> {
  const { schemes, candidates } = readEnteredUrl(entered);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new PeerUnreachable('timeout', 'The search took too long. Enter the exact base URL.'));
  }, timeoutMs);
  try {
    const attempts: Attempt[] = [];
    for (const scheme of schemes) {
      const attempt = await tryPaths(transport, scheme, candidates, deadline.signal);
      attempts.push(attempt);
      if (!('problem' in attempt) || !noTls.includes(attempt.problem.kind)) break;
    }
    const [first, last] = [attempts[0], attempts.at(-1)];
    // Where http gave an answer this says more than that nothing speaks https there.
    const best = last && (!('problem' in last) || answered.includes(last.problem.kind)) ? last : first;
    if (!best) throw new Error('no scheme to try');
    return describe(best, schemes.length > 1);
  } finally {
    clearTimeout(timer);
  }
}

/** The first candidate with a manifest; else the problem of the most likely one. */
async function tryPaths(
  transport: Transport,
  scheme: string,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<Attempt> {
  const failures: { url: string; problem: PeerUnreachable }[] = [];
  for (const candidate of candidates) {
    const url = `${scheme}://${candidate}`;
    try {
      return { url, manifest: await fetchManifest(transport, url, { refuseOwn: true, signal }) };
    } catch (error) {
      if (!(error instanceof PeerUnreachable)) throw error;
      failures.push({ url, problem: error });
      if (!answered.includes(error.kind)) break;
    }
  }
  const [first] = failures;
  if (!first) throw new Error('no candidate to try');
  return first;
}

function describe(attempt: Attempt, schemeGuessed: boolean): Discovery {
  const { url } = attempt;
  if ('problem' in attempt) {
    const suggestedUrl = redirectedBase(attempt.problem.location);
    return { url, manifest: undefined, problem: attempt.problem, suggestedUrl, warnings: [] };
  }
  const { manifest } = attempt;
  const own = manifest.url;
  const differs = own !== undefined && new URL(own).href !== new URL(url).href;
  const warnings = [
    ...(differs
      ? [`The application names ${own} as its own address, not ${url}. Decide which one to use.`]
      : []),
    ...(schemeGuessed && url.startsWith('http:')
      ? [`Nothing answered over https, so ${url} was tried.`]
      : []),
    ...(url.startsWith('http:')
      ? ['The connection is not encrypted: whoever is on the way can read and change what the two exchange.']
      : []),
    ...(manifest.applinksVersion === undefined
      ? ['The application names no version of application links, so it may not support them fully.']
      : []),
  ];
  return { url, manifest, problem: undefined, suggestedUrl: differs ? own : undefined, warnings };
}

/** The base part of where a manifest was redirected to; undefined when it was something else, like a login page. */
function redirectedBase(location: string | undefined): string | undefined {
  return /^(.*?)\/+rest\/applinks\/1\.0\/manifest$/.exec(location ?? '')?.[1];
}
