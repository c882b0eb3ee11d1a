/**
 * `oauth_body_hash` of the OAuth Request Body Hash extension: binds a body that isn't form-encoded to the signature,
 * so that it can't be exchanged on the way. The hash is the one of the signature method.
 */
import { createHash } from 'node:crypto';
import type { SignatureMethod } from './signature.js';

/** Base64 of the body's hash. */
export function bodyHash(method: SignatureMethod, body: Uint8Array): string {
  return createHash(method === 'HMAC-SHA256' ? 'sha256' : 'sha1')
    .update(body)
    .digest('base64');
}
