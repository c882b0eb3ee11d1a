/**
 * Signs any request as an OAuth 1.0a consumer does (RFC 5849 section 3), for tests of an app that accepts
 * application links. HMAC-SHA1 is what a link entered by hand uses, RSA-SHA1 what Atlassian's own keys use.
 */
import { createHash, createHmac, createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { baseString, encode, encodeParameters, type Parameter } from './base-string.js';

/** Who signs. `privateKey` is PEM or a KeyObject. */
export type SigningIdentity =
  | { consumerKey: string; signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256'; consumerSecret: string }
  | { consumerKey: string; signatureMethod: 'RSA-SHA1'; privateKey: KeyObject | string };

export interface SignRequestOptions {
  method: string;
  /** Absolute; its query is signed. */
  url: string;
  identity: SigningIdentity;
  /** Absent: no `oauth_token` (token endpoints). Empty: sent as `oauth_token=""`, Atlassian's 2LO. */
  token?: string | undefined;
  tokenSecret?: string | undefined;
  /** More protocol parameters, for example `oauth_callback` or `oauth_verifier`. */
  protocol?: Readonly<Record<string, string>> | undefined;
  /** Form parameters: signed, and sent in the body. Order and duplicates are kept. */
  form?: readonly Parameter[] | Readonly<Record<string, string>> | undefined;
  /** A raw body (JSON, XML): not covered by the signature unless `bodyHash` is set. */
  body?: { content: string; contentType: string } | undefined;
  /** Adds `oauth_body_hash`; Atlassian's consumer never does. */
  bodyHash?: boolean | undefined;
  /** Where the protocol parameters travel; `header` by default. `form` excludes a raw body. */
  placement?: 'header' | 'form' | 'query' | undefined;
  realm?: string | undefined;
  /** Unix time in seconds; now by default. */
  timestampSeconds?: number | undefined;
  /** Random by default. */
  nonce?: string | undefined;
  /** Changes the parameters after signing, to play a tampering or faulty consumer. */
  tamper?: ((parameters: readonly Parameter[]) => readonly Parameter[]) | undefined;
}

export interface SignedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  baseString: string;
  signature: string;
}

function signatureOf(base: string, identity: SigningIdentity, tokenSecret: string): string {
  if (identity.signatureMethod === 'RSA-SHA1') {
    const { privateKey } = identity;
    const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
    return sign('sha1', Buffer.from(base), key).toString('base64');
  }
  const hash = identity.signatureMethod === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  const key = `${encode(identity.consumerSecret)}&${encode(tokenSecret)}`;
  return createHmac(hash, key).update(base).digest('base64');
}

function parametersOf(form: SignRequestOptions['form']): readonly Parameter[] {
  if (form === undefined) return [];
  return Array.isArray(form)
    ? (form as readonly Parameter[])
    : Object.entries(form as Record<string, string>);
}

function bodyHashOf(options: SignRequestOptions): readonly Parameter[] {
  if (!options.bodyHash) return [];
  const hash = options.identity.signatureMethod === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  return [
    [
      'oauth_body_hash',
      createHash(hash)
        .update(options.body?.content ?? '')
        .digest('base64'),
    ],
  ];
}

/** In the order in which Atlassian's consumer writes them: token and step parameters first, then the fixed five. */
function protocolParameters(options: SignRequestOptions): readonly Parameter[] {
  const { identity, token, timestampSeconds = Math.floor(Date.now() / 1000) } = options;
  return [
    ...(token === undefined ? [] : [['oauth_token', token] as const]),
    ...Object.entries(options.protocol ?? {}),
    ...bodyHashOf(options),
    ['oauth_consumer_key', identity.consumerKey],
    ['oauth_signature_method', identity.signatureMethod],
    ['oauth_timestamp', String(timestampSeconds)],
    ['oauth_nonce', options.nonce ?? randomBytes(16).toString('hex')],
    ['oauth_version', '1.0'],
  ];
}

function authorizationHeader(parameters: readonly Parameter[], realm: string | undefined): string {
  const fields = realm === undefined ? parameters : [['realm', realm] as const, ...parameters];
  return `OAuth ${fields.map(([name, value]) => `${encode(name)}="${encode(value)}"`).join(', ')}`;
}

/**
 * Returns what to send; nothing is sent. Throws a TypeError when `url` is not absolute or when a raw body is
 * combined with form parameters.
 */
export function signRequest(options: SignRequestOptions): SignedRequest {
  const { method, placement = 'header', body } = options;
  const form = parametersOf(options.form);
  if (body && (form.length > 0 || placement === 'form')) {
    throw new TypeError('A request has either a raw body or form parameters, not both.');
  }
  const url = new URL(options.url);
  url.hash = '';
  const unsigned = protocolParameters(options);
  const base = baseString(method, url, [...form, ...unsigned]);
  const signature = signatureOf(base, options.identity, options.tokenSecret ?? '');
  const signed: readonly Parameter[] = [...unsigned, ['oauth_signature', signature]];
  const sent = options.tamper?.(signed) ?? signed;

  const headers: Record<string, string> = {};
  if (placement === 'header') headers.Authorization = authorizationHeader(sent, options.realm);
  if (placement === 'query')
    url.search = [url.search.slice(1), encodeParameters(sent)].filter(Boolean).join('&');
  const fields = placement === 'form' ? [...form, ...sent] : form;
  if (fields.length > 0) headers['Content-Type'] = 'application/x-www-form-urlencoded';
  if (body) headers['Content-Type'] = body.contentType;
  return {
    method,
    url: url.href,
    headers,
    body: fields.length > 0 ? encodeParameters(fields) : body?.content,
    baseString: base,
    signature,
  };
}
