/** SHA-256 of a stored public key, to be compared with what the other side shows. */
import { createHash } from 'node:crypto';

/** @param spki SubjectPublicKeyInfo (DER) in Base64. @returns hex pairs with colons. */
export function publicKeyFingerprint(spki: string): string {
  const hex = createHash('sha256').update(Buffer.from(spki, 'base64')).digest('hex');
  return (hex.match(/../g) ?? []).join(':');
}
