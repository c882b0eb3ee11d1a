/**
 * Our RSA keys, with which Atlassian peers know us (applinks-oauth1.md part 4, 6.3): sealed in the settings, made once
 * and agreed by all processes. After a rotation the former ones stay, because a peer holds the key that it once fetched
 * until somebody there fetches anew: those that a link signs with all of them, of the others the newest.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ApplinksError } from '../errors.js';
import type { Sealer } from './seal.js';
import { sealedPlace } from './sealed-places.js';
import type { SettingsStore } from './values.js';

export interface SigningKey {
  id: string;
  privateKey: KeyObject;
  /** SubjectPublicKeyInfo (DER) in Base64. */
  publicKey: string;
  createdAtMs: number;
}

export interface SigningKeys {
  current(): Promise<SigningKey>;
  /** Undefined when it was rotated away long ago. */
  get(id: string): Promise<SigningKey | undefined>;
  /** Newest first. */
  list(): Promise<SigningKey[]>;
  /** Makes a new current key; those in `held` stay, however old they are. @throws ApplinksError `conflict` when another process does so at this moment */
  rotate(held?: ReadonlySet<string>): Promise<SigningKey>;
}

const name = 'signing_keys';
const place = sealedPlace.setting(name);
const modulusLength = 2048;
/** Beside those that are held. */
const mostKept = 5;
const ringSchema = z.array(z.object({ id: z.string(), pkcs8: z.string(), createdAtMs: z.number() }));
type Ring = z.output<typeof ringSchema>;

export function createSigningKeys(settings: SettingsStore, sealer: Sealer, clock: () => number): SigningKeys {
  const parsed = new Map<string, SigningKey>();

  const toKey = ({ id, pkcs8, createdAtMs }: Ring[number]): SigningKey => {
    const known = parsed.get(id);
    if (known) return known;
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    const key = { id, privateKey, publicKey: spki.toString('base64'), createdAtMs };
    parsed.set(id, key);
    return key;
  };
  const seal = (ring: Ring): string => sealer.seal(JSON.stringify(ring), place);
  const open = (sealed: string): Ring => ringSchema.parse(JSON.parse(sealer.open(sealed, place)));
  const read = async (): Promise<string> =>
    (await settings.get(name)) ?? settings.putIfAbsent(name, seal([await makeKey(clock())]));
  const ring = async (): Promise<SigningKey[]> => open(await read()).map(toKey);

  return {
    list: ring,
    current: async () => {
      const [first] = open(await read());
      if (!first) throw new Error('The ring of signing keys is empty.');
      return toKey(first);
    },
    get: async (id) => (await ring()).find((key) => key.id === id),
    rotate: async (held = new Set()) => {
      const before = await read();
      const made = await makeKey(clock());
      const kept = open(before).filter(({ id }, age) => held.has(id) || age < mostKept - 1);
      const next: Ring = [made, ...kept];
      if (await settings.replace(name, before, seal(next))) return toKey(made);
      throw new ApplinksError(
        'conflict',
        409,
        'Somebody else changes the signing key. Reload and try again.',
      );
    },
  };
}

async function makeKey(createdAtMs: number): Promise<Ring[number]> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return { id: randomUUID(), pkcs8, createdAtMs };
}
