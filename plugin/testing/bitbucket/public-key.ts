/**
 * The public key of an incoming consumer as the peer reads it (applinks-oauth1.md part 4): lines of dashes and line
 * breaks are taken away, what is left must be an RSA SubjectPublicKeyInfo. PKCS#1 and certificates are refused.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';

function spkiKey(bare: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(bare, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** PEM or bare Base64 as bare Base64; undefined for anything that is no RSA public key. */
export function readPublicKey(text: string): string | undefined {
  const bare = text.replace(/-----[^-]*-----/g, '').replace(/\s+/g, '');
  return spkiKey(bare) && bare;
}

/** @throws Error for what readPublicKey() refuses. */
export function publicKeyOf(bare: string): KeyObject {
  const key = spkiKey(bare);
  if (!key) throw new Error('The stored public key is no RSA key.');
  return key;
}
