/** One signed request per method: OAuth parameters in the header, others in query and form. */
import { generateKeyPairSync } from 'node:crypto';
import { formatAuthorization } from '../../../plugin/oauth1/authorization-header.js';
import { signatureBaseString } from '../../../plugin/oauth1/base-string.js';
import { parseForm } from '../../../plugin/oauth1/encoding.js';
import type { Pair } from '../../../plugin/oauth1/encoding.js';
import type { RawRequest } from '../../../plugin/oauth1/message.js';
import { sign } from '../../../plugin/oauth1/signature.js';
import type { SignatureMethod, SigningKey, VerificationKey } from '../../../plugin/oauth1/signature.js';

export const nowSeconds = 1_741_083_120;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const rsaPair = { privateKey, publicKey };

const secrets = { consumerSecret: 's3cr3t value', tokenSecret: 'token-secret_0123456789' };

export const keys: Record<SignatureMethod, SigningKey & VerificationKey> = {
  'HMAC-SHA1': { method: 'HMAC-SHA1', ...secrets },
  'HMAC-SHA256': { method: 'HMAC-SHA256', ...secrets },
  'RSA-SHA1': { method: 'RSA-SHA1', privateKey, publicKey },
};

export const methods: readonly SignatureMethod[] = ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1'];

/** Parameters of the protocol without the signature. */
export function protocolPairs(method: SignatureMethod): Pair[] {
  return [
    ['oauth_consumer_key', 'bitbucket-syd'],
    ['oauth_token', '0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40'],
    ['oauth_signature_method', method],
    ['oauth_timestamp', `${nowSeconds}`],
    ['oauth_nonce', 'n-0003'],
    ['oauth_version', '1.0'],
  ];
}

/** Signs what the request will carry, and puts the given pairs and the signature into its header. */
export function signedRequest(
  request: Omit<RawRequest, 'authorization'>,
  pairs: readonly Pair[],
  key: SigningKey,
): RawRequest {
  const others = [...parseForm(request.url.split('?')[1] ?? ''), ...parseForm(request.form ?? '')];
  const baseString = signatureBaseString({ ...request, pairs: [...pairs, ...others] });
  return {
    ...request,
    authorization: formatAuthorization([...pairs, ['oauth_signature', sign(baseString, key)]]),
  };
}
