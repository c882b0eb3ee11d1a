/** Keys made once per installation, sealed in the settings, the same for all processes on one store. */
import { randomBytes } from 'node:crypto';
import type { Sealer } from './seal.js';
import { sealedPlace } from './sealed-places.js';
import type { Store } from './store.js';

/** 32 random bytes kept under `name`. @throws ApplinksError `encryption_key_missing` */
export async function installationKey(store: Store, sealer: Sealer, name: string): Promise<Buffer> {
  const place = sealedPlace.setting(name);
  const known = await store.settings.get(name);
  const sealed =
    known ??
    (await store.settings.putIfAbsent(name, sealer.seal(randomBytes(32).toString('base64url'), place)));
  return Buffer.from(sealer.open(sealed, place), 'base64url');
}
