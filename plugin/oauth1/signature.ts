/**
 * HMAC-SHA1, HMAC-SHA256 (RFC 5849 3.4.2) and RSA-SHA1 (3.4.3). The method comes with the key, never from the message:
 * an attacker who names HMAC for a consumer with a public key must not get it used as a secret. A signature has exactly
 * one accepted spelling; comparison takes the same time wherever it differs.
 */
import { createHmac, sign as signBytes, timingSafeEqual, verify as verifyBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { percentEncode } from './encoding.js';

export type SignatureMethod = 'HMAC-SHA1' | 'HMAC-SHA256' | 'RSA-SHA1';

interface HmacKey {
  method: 'HMAC-SHA1' | 'HMAC-SHA256';
  consumerSecret: string;
  /** Empty when there is no token yet. */
  tokenSecret: string;
}

export type SigningKey = HmacKey | { method: 'RSA-SHA1'; privateKey: KeyObject };
export type VerificationKey = HmacKey | { method: 'RSA-SHA1'; publicKey: KeyObject };

/** The signature in Base64. */
export function sign(baseString: string, key: SigningKey): string {
  return key.method === 'RSA-SHA1'
    ? signBytes('RSA-SHA1', Buffer.from(baseString), key.privateKey).toString('base64')
    : hmac(baseString, key);
}

/** False for anything but the one signature; never throws on garbage. */
export function verifySignature(baseString: string, signature: string, key: VerificationKey): boolean {
  if (key.method === 'RSA-SHA1') {
    const bytes = Buffer.from(signature, 'base64');
    // Buffer skips what isn't Base64 and ignores trailing bits; only the canonical spelling comes back the same.
    if (bytes.toString('base64') !== signature) return false;
    return verifyBytes('RSA-SHA1', Buffer.from(baseString), key.publicKey, bytes);
  }
  const expected = Buffer.from(hmac(baseString, key));
  const received = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected);
}

function hmac(baseString: string, { method, consumerSecret, tokenSecret }: HmacKey): string {
  const secret = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  return createHmac(method === 'HMAC-SHA1' ? 'sha1' : 'sha256', secret)
    .update(baseString)
    .digest('base64');
}
