/**
 * How a client names and proves itself at the token endpoint: by HTTP Basic, whose two parts are form-encoded, or by
 * parameters of the body (RFC 6749 section 2.3.1; oauth2.md part 6, row 17). Two methods at once are refused: an attacker
 * would have one checked and the other one used. Other schemes of the header prove nothing and are ignored.
 */
import { OAuth2Error } from '../oauth2-errors.js';
import type { RequestParameters } from './parameters.js';

export interface ClientCredentials {
  clientId: string;
  /** Undefined: it names itself only, as a public client does. */
  secret: string | undefined;
}

const basicScheme = /^Basic(?: +|$)/i;
const longestHeader = 2048;

export function isBasicHeader(authorization: string | undefined): authorization is string {
  return authorization !== undefined && basicScheme.test(authorization);
}

/** Whom a request claims to come from, before anything of it is checked: for a log, and for who is to hear of a refusal. */
export function claimedClientId(
  authorization: string | undefined,
  parameters: RequestParameters,
): string | undefined {
  const basic = isBasicHeader(authorization) ? readBasic(authorization) : undefined;
  return basic?.clientId ?? parameters.get('client_id');
}

/** @throws OAuth2Error `invalid_request`, `invalid_client` */
export function readClientCredentials(
  authorization: string | undefined,
  parameters: RequestParameters,
): ClientCredentials {
  const named = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  if (!isBasicHeader(authorization)) {
    if (named === undefined) throw new OAuth2Error('invalid_client', 'The client did not name itself.', 401);
    return { clientId: named, secret };
  }
  if (secret !== undefined)
    throw new OAuth2Error('invalid_request', 'The client authenticates by two methods at once.');
  const basic = readBasic(authorization);
  if (!basic) throw new OAuth2Error('invalid_client', 'The Authorization header is malformed.', 401);
  if (named !== undefined && named !== basic.clientId)
    throw new OAuth2Error(
      'invalid_request',
      'client_id differs from the client of the Authorization header.',
    );
  return basic;
}

function readBasic(authorization: string): ClientCredentials | undefined {
  const encoded = authorization.replace(basicScheme, '').trim();
  if (encoded.length > longestHeader || !/^[A-Za-z0-9+/]+=*$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const clientId = colon < 1 ? undefined : formDecode(text.slice(0, colon));
  const secret = formDecode(text.slice(colon + 1));
  return clientId === undefined || secret === undefined ? undefined : { clientId, secret };
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
