/**
 * Reads the public key in a peer's consumer info (applinks-oauth1.md part 4): bare Base64 or PEM of the
 * SubjectPublicKeyInfo, as peers read ours. PKCS#1 and certificates are refused by name: a peer never sends them, so
 * the document is not what it should be, and the administrator is told which of the two it was.
 */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { ApplinksError } from '../errors.js';
import { parsePublicKey, type PublicKey } from '../oauth1/public-key.js';

export interface PeerKey extends PublicKey {
  /** Below 2048 bits: older peers have 1024, which is accepted with a warning. */
  weak: boolean;
}

const recommendedBits = 2048;

/** @throws ApplinksError `invalid_input` with a sentence for the administrator. */
export function parsePeerKey(text: string): PeerKey {
  const body = text.replace(/-----[^-\n]*-----/g, '').replace(/\s/g, '');
  const der = Buffer.from(body, 'base64');
  if (/BEGIN (?:X509 |TRUSTED )?CERTIFICATE/.test(text) || isCertificate(der)) {
    throw refused('a certificate');
  }
  if (text.includes('BEGIN RSA PUBLIC KEY') || isPkcs1(der)) throw refused('a key in PKCS#1 form');
  const key = parsePublicKey(text);
  return { ...key, weak: key.bits < recommendedBits };
}

function refused(what: string): ApplinksError {
  return new ApplinksError(
    'invalid_input',
    400,
    `Its public key is ${what}, where an X.509 SubjectPublicKeyInfo ("PUBLIC KEY") is needed.`,
  );
}

function isCertificate(der: Buffer): boolean {
  return parses(() => new X509Certificate(der));
}

function isPkcs1(der: Buffer): boolean {
  return parses(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }));
}

function parses(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}
