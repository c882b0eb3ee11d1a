/** What an administrator is told of a stored public key: its SHA-256, to be compared with the other side, and its size. */
import { createHash, createPublicKey } from 'node:crypto';

/** @param spki SubjectPublicKeyInfo (DER) in Base64. @returns hex pairs with colons. */
export function publicKeyFingerprint(spki: string): string {
  const hex = createHash('sha256').update(Buffer.from(spki, 'base64')).digest('hex');
  return (hex.match(/../g) ?? []).join(':');
}

/** @param spki SubjectPublicKeyInfo (DER) in Base64, of an RSA key. */
export function publicKeyBits(spki: string): number {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}
