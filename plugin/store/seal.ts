/**
 * Seals what must be read back (rule 5): AES-256-GCM under a ring of keys of which the first seals and all open.
 * An attacker with write access to the database who moves a sealed value to another row fails on the `aad`.
 * Sealed form: `v1.<key id>.<iv>.<ciphertext and tag>`, the last two in base64url.
 */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ApplinksError } from '../errors.js';

export interface Sealer {
  /** `aad` names the place of the value: table, link, user. */
  seal(plaintext: string, aad: string): string;
  /** @throws ApplinksError `encryption_key_missing` (names the key id), `sealed_value_damaged`. */
  open(sealed: string, aad: string): string;
}

const ivBytes = 12;
const tagBytes = 16;

/** @param keys 32 bytes each, in Base64. */
export function createSealer(keys: readonly string[]): Sealer {
  const ring = new Map(keys.map((key) => [keyId(key), createSecretKey(Buffer.from(key, 'base64'))] as const));
  const first = [...ring][0];
  if (!first) throw new ApplinksError('invalid_options', 500, 'keys.encryption needs at least one key.');
  return {
    seal: (plaintext, aad) => seal(first, plaintext, aad),
    open: (sealed, aad) => open(ring, sealed, aad),
  };
}

function keyId(key: string): string {
  return createHash('sha256')
    .update('applinks key id')
    .update(Buffer.from(key, 'base64'))
    .digest('hex')
    .slice(0, 8);
}

function seal([id, key]: readonly [string, KeyObject], plaintext: string, aad: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad));
  const box = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', id, iv.toString('base64url'), box.toString('base64url')].join('.');
}

function open(ring: ReadonlyMap<string, KeyObject>, sealed: string, aad: string): string {
  const [version, id, iv, box, ...rest] = sealed.split('.');
  if (version !== 'v1' || !id || !iv || !box || rest.length > 0) throw damaged();
  const key = ring.get(id);
  if (!key) {
    throw new ApplinksError(
      'encryption_key_missing',
      500,
      `A stored secret was sealed with the encryption key ${id}, which is not in keys.encryption. Add that key again.`,
    );
  }
  const bytes = Buffer.from(box, 'base64url');
  try {
    // Without the length, node:crypto takes a tag cut to 4 bytes, which can be guessed.
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), options)
      .setAAD(Buffer.from(aad))
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): ApplinksError {
  return new ApplinksError(
    'sealed_value_damaged',
    500,
    'A stored secret cannot be opened: it was changed, moved to another row or cut. Create it again.',
    { cause },
  );
}
