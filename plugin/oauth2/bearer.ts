/**
 * Bearer tokens on a resource: the header and its challenge (RFC 6750 sections 2.1 and 3; oauth2.md part 6, rows 32 and
 * 33). The header is the only place: what stands in a URL ends in logs and histories.
 */
import { OAuth2Error } from '../oauth2-errors.js';
import { asciiDescription } from './description.js';

const bearerScheme = /^Bearer(?![^ \t])/i;
const bearerHeader = /^Bearer +([\w.~+/-]+=*)$/i;
const longestHeader = 8192;

/** Has the scheme `Bearer`, in any case. */
export function isBearerHeader(header: string | undefined): header is string {
  return header !== undefined && bearerScheme.test(header);
}

/** @throws OAuth2Error `invalid_request` */
export function readBearerToken(header: string): string {
  const token = header.length > longestHeader ? undefined : bearerHeader.exec(header)?.[1];
  if (token === undefined) throw new OAuth2Error('invalid_request', 'The Authorization header is malformed.');
  return token;
}

/** Value of `WWW-Authenticate`; without `fields` for a request that carried no credentials. */
export function bearerChallenge(realm: string, fields: Readonly<Record<string, string>> = {}): string {
  const parameters = Object.entries({ realm, ...fields }).map(
    ([name, value]) => `${name}="${asciiDescription(value)}"`,
  );
  return `Bearer ${parameters.join(', ')}`;
}
