/**
 * Signs what we send to a peer (RFC 5849 section 3; applinks-oauth1.md 6). All protocol parameters go into the
 * `Authorization` header, so that no secret of ours is in a URL or its log. Nonces are 128 random bits: the peer
 * remembers them for a while, and counters of several processes would meet (6.7 KIT).
 */
import { randomBytes } from 'node:crypto';
import { formatAuthorization } from '../oauth1/authorization-header.js';
import { signatureBaseString } from '../oauth1/base-string.js';
import { parseForm, type Pair } from '../oauth1/encoding.js';
import { sign, type SigningKey } from '../oauth1/signature.js';

export interface SigningIdentity {
  consumerKey: string;
  key: SigningKey;
}

export interface RequestToSign {
  method: string;
  /** Absolute, with its query as it will be sent. */
  url: string;
  /** The raw form body, if the body is a form. */
  form?: string | undefined;
  /** Further protocol parameters, such as `oauth_token`, which a two-legged request sends empty (5.3). */
  parameters?: readonly Pair[];
}

/** Value of the `Authorization` header. `nowSeconds` is seconds since the epoch. */
export function authorizationOf(
  { consumerKey, key }: SigningIdentity,
  { method, url, form, parameters = [] }: RequestToSign,
  nowSeconds: number,
): string {
  const protocol: Pair[] = [
    ['oauth_consumer_key', consumerKey],
    ['oauth_signature_method', key.method],
    ['oauth_timestamp', String(nowSeconds)],
    ['oauth_nonce', randomBytes(16).toString('hex')],
    ['oauth_version', '1.0'],
    ...parameters,
  ];
  const query = new URL(url).search.slice(1);
  const pairs = [...protocol, ...parseForm(query), ...(form === undefined ? [] : parseForm(form))];
  const signature = sign(signatureBaseString({ method, url, pairs }), key);
  return formatAuthorization([...protocol, ['oauth_signature', signature]]);
}
