/**
 * Reads the public key of an RSA-SHA1 consumer as people and peers hand it over: PEM, certificate or bare Base64
 * (applinks-oauth1.md part 4: peers have keys from 1024 bits up). A certificate only carries the key: its dates and
 * issuer are not checked, the administrator trusts the key itself. A private key pasted by mistake is refused.
 */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ApplinksError } from '../errors.js';

export interface PublicKey {
  key: KeyObject;
  /** Bare Base64 of the SubjectPublicKeyInfo in DER, as consumer-info and the stores have it. */
  spki: string;
  bits: number;
  /** SHA-256 of that DER: hexadecimal pairs with colons. */
  fingerprint: string;
}

const minBits = 1024;
const maxBits = 16_384;
const maxTextLength = 32_768;
const pemBlock = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/;
const base64 = /^[A-Za-z\d+/]+={0,2}$/;

/** @throws ApplinksError `invalid_input` with a sentence for the administrator. */
export function parsePublicKey(text: string): PublicKey {
  if (text.length > maxTextLength) throw invalid('The text is too long. Paste one key or certificate.');
  if (text.includes('PRIVATE KEY')) {
    throw invalid(
      'This is a private key, which must stay where it was made. Paste the public key or the certificate.',
    );
  }
  const [, label, body = text] = pemBlock.exec(text) ?? [];
  const key = readDer(label, body.replace(/\s/g, ''));
  if (key.asymmetricKeyType !== 'rsa') throw invalid('The key is not an RSA key.');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < minBits || bits > maxBits) {
    throw invalid(
      `The key has ${bits} bits. Use an RSA key of ${minBits} to ${maxBits} bits, best 2048 or more.`,
    );
  }
  const der = key.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(der).digest('hex').toUpperCase();
  return { key, spki: der.toString('base64'), bits, fingerprint: hash.replace(/..(?!$)/g, '$&:') };
}

function readDer(label: string | undefined, body: string): KeyObject {
  const der = Buffer.from(base64.test(body) ? body : '', 'base64');
  try {
    if (label === 'CERTIFICATE') return new X509Certificate(der).publicKey;
    return createPublicKey({ key: der, format: 'der', type: label === 'RSA PUBLIC KEY' ? 'pkcs1' : 'spki' });
  } catch (cause) {
    throw invalid(
      'This is neither an RSA public key in PEM or Base64 nor an X.509 certificate in PEM.',
      cause,
    );
  }
}

function invalid(message: string, cause?: unknown): ApplinksError {
  return new ApplinksError('invalid_input', 400, message, { cause });
}
