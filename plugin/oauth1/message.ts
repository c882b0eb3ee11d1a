/**
 * Collects what a request's signature covers (RFC 5849 3.4.1.3.1): header, query and form as ordered raw pairs
 * (rule 6), and bounds all of it. An attacker repeats an OAuth parameter, so that what is verified isn't what is used,
 * or sends sizes and characters that hurt further in; each gets 400 `parameter_rejected` that names the parameter.
 */
import { OAuthProblem } from '../errors.js';
import { isOAuthHeader, parseAuthorization } from './authorization-header.js';
import { maxPairs, parseForm, percentEncode } from './encoding.js';
import type { Pair } from './encoding.js';

export interface RawRequest {
  method: string;
  /** The absolute public URL with the raw query, in ASCII as it was on the wire. */
  url: string;
  authorization: string | undefined;
  /** The raw form body; undefined when the body is not form-encoded. */
  form: string | undefined;
}

export interface Message {
  method: string;
  url: string;
  /** Header, then query, then form; without the header's realm. */
  pairs: readonly Pair[];
  /** How many of the pairs, the first ones, came in the header. */
  headerPairs: number;
  /** The first value of this name. An OAuth parameter has no second one. */
  get(name: string): string | undefined;
}

const maxUrlLength = 16_384;
const maxFormLength = 262_144;
const maxNameLength = 64;
const maxOtherValueLength = 4096;
const maxValueLength = new Map([
  ['oauth_consumer_key', 255],
  ['oauth_token', 255],
  ['oauth_signature_method', 32],
  ['oauth_signature', 2048],
  ['oauth_timestamp', 12],
  ['oauth_nonce', 128],
  ['oauth_version', 16],
  ['oauth_verifier', 255],
  ['oauth_session_handle', 255],
  ['oauth_body_hash', 64],
]);

const rawQuery = /^[^?#]*\?([^#]*)/;
const printableUrl = /^[\x21-\x7e]*$/;
const protocolName = /^x?oauth_/;
const controlCharacter = /\p{Cc}/u;

/** @throws OAuthProblem `parameter_rejected`. */
export function readMessage({ method, url, authorization, form }: RawRequest): Message {
  if (url.length > maxUrlLength || !printableUrl.test(url)) {
    throw rejected(
      [],
      `The URL is longer than ${maxUrlLength} bytes or has characters that must be percent-encoded.`,
    );
  }
  if (form !== undefined && form.length > maxFormLength) {
    throw rejected([], `The form is longer than ${maxFormLength} characters.`);
  }
  const pairs = isOAuthHeader(authorization) ? parseAuthorization(authorization) : [];
  const headerPairs = pairs.length;
  pairs.push(...parseForm(rawQuery.exec(url)?.[1] ?? ''));
  if (form !== undefined) pairs.push(...parseForm(form));
  if (pairs.length > maxPairs) throw rejected([], `More than ${maxPairs} parameters.`);
  const names = rejectUnusable(pairs);
  if (form !== undefined && names.has('oauth_body_hash')) {
    throw rejected(['oauth_body_hash'], 'A form body is signed itself and must not have a body hash.');
  }
  return { method, url, pairs, headerPairs, get: (name) => pairs.find((pair) => pair[0] === name)?.[1] };
}

/** @returns the names of the protocol's own parameters. */
function rejectUnusable(pairs: readonly Pair[]): ReadonlySet<string> {
  const names = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of pairs) {
    if (!protocolName.test(name)) continue;
    if (name.length > maxNameLength || value.length > (maxValueLength.get(name) ?? maxOtherValueLength)) {
      throw rejected([name], 'An OAuth parameter is too long.');
    }
    if (controlCharacter.test(value)) throw rejected([name], 'An OAuth parameter has a control character.');
    if (names.has(name)) repeated.add(name);
    names.add(name);
  }
  if (repeated.size > 0) throw rejected([...repeated], 'An OAuth parameter occurs more than once.');
  return names;
}

function rejected(names: readonly string[], reason: string): OAuthProblem {
  const list = names.map((name) => percentEncode(name.slice(0, maxNameLength))).join('&');
  return new OAuthProblem('parameter_rejected', list === '' ? {} : { oauth_parameters_rejected: list }, {
    reason,
  });
}
