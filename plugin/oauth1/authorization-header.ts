/**
 * The `Authorization: OAuth …` header (RFC 5849 3.5.1), read and written. `realm` is no parameter of the signature and
 * is dropped. Names and values are strictly percent-decoded: a `+` is a plus. An attacker sends unclosed quotes, raw
 * bytes or a header made to backtrack: the grammar is matched once, from left to right, on at most 8 KiB.
 */
import { OAuthProblem } from '../errors.js';
import { percentDecode, percentEncode } from './encoding.js';
import type { Pair } from './encoding.js';

const maxHeaderLength = 8192;
const oauthScheme = /^OAuth(?![^ \t])/i;
const printable = /^[\t\x20-\x7e]*$/;

/** Has the scheme `OAuth`, in any case. */
export function isOAuthHeader(header: string | undefined): header is string {
  return header !== undefined && oauthScheme.test(header);
}

/**
 * Parameters of the header in their order, without `realm`.
 * @throws OAuthProblem `parameter_rejected` when it is too long or malformed.
 */
export function parseAuthorization(header: string): Pair[] {
  if (header.length > maxHeaderLength) throw malformed(`is longer than ${maxHeaderLength} bytes`);
  if (!printable.test(header) || !isOAuthHeader(header))
    throw malformed('must have the scheme OAuth and be ASCII');
  const pairs: Pair[] = [];
  const parameter = /[ \t,]*(?:([^ \t,"=]+)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)|$)/y;
  parameter.lastIndex = 'OAuth'.length;
  while (parameter.lastIndex < header.length) {
    const match = parameter.exec(header);
    if (!match) throw malformed('is malformed');
    const [, name, value] = match;
    if (name === undefined || value === undefined || name.toLowerCase() === 'realm') continue;
    pairs.push([percentDecode(name), percentDecode(value)]);
  }
  return pairs;
}

/** The header's value for these parameters, as Atlassian writes it: without realm (applinks-oauth1.md 5.3). */
export function formatAuthorization(pairs: readonly Pair[]): string {
  return `OAuth ${pairs.map(([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`).join(', ')}`;
}

function malformed(what: string): OAuthProblem {
  return new OAuthProblem('parameter_rejected', {}, { reason: `The Authorization header ${what}.` });
}
