/**
 * The signature base string (RFC 5849 3.4.1). The URL is cut by hand: the WHATWG parser would resolve dot segments,
 * turn backslashes and re-encode escapes, so that another path than the signed one verified, or a signed one did not.
 */
import { OAuthProblem } from '../errors.js';
import { percentEncode } from './encoding.js';
import type { Pair } from './encoding.js';
import type { Message } from './message.js';

const httpUrl = /^(https?):\/\/(\[[\da-f:.]+\]|[^/?#@:[\]\\\s]+)(?::(\d{0,5}))?(\/[^?#]*)?(?=[?#]|$)/i;
const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * Scheme and host in lower case, the port unless it is the default one, the path as received; no query, no fragment
 * (3.4.1.2).
 * @throws OAuthProblem `parameter_rejected` when it isn't an absolute http or https URL without user info.
 */
export function baseStringUri(url: string): string {
  const match = httpUrl.exec(url);
  if (!match) {
    throw new OAuthProblem(
      'parameter_rejected',
      {},
      { reason: 'The URL is not an absolute http or https URL.' },
    );
  }
  const [, scheme = '', host = '', port = '', path = '/'] = match;
  const lowerScheme = scheme.toLowerCase();
  const isDefaultPort = port === '' || Number(port) === defaultPorts[lowerScheme];
  return `${lowerScheme}://${host.toLowerCase()}${isDefaultPort ? '' : `:${Number(port)}`}${path}`;
}

/** All parameters but the signature, encoded, then sorted by name and value, in bytes (3.4.1.3.2). */
export function normalizeParameters(pairs: readonly Pair[]): string {
  const encoded: Pair[] = [];
  for (const [name, value] of pairs) {
    if (name !== 'oauth_signature') encoded.push([percentEncode(name), percentEncode(value)]);
  }
  return encoded
    .sort(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function signatureBaseString({
  method,
  url,
  pairs,
}: Pick<Message, 'method' | 'url' | 'pairs'>): string {
  return [method.toUpperCase(), baseStringUri(url), normalizeParameters(pairs)].map(percentEncode).join('&');
}

function byNameThenValue(a: Pair, b: Pair): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

/** Encoded text is ASCII, so the order of code units is the order of bytes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
