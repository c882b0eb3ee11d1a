/**
 * Is what answers at a link's address the installation that was linked, is it new enough, and does it sign with the key
 * that we hold (applinks-oauth1.md 3.4 rows 3 and 4, 12.3)? Its manifest and consumer info are anonymous, so nothing is
 * changed by them here: a new key waits for an administrator.
 */
import type { Link } from '../store/store.js';
import { fetchConsumerInfo } from './consumer-info.js';
import { fetchManifest } from './manifest.js';
import { Found } from './status-types.js';
import type { Transport } from './transport.js';

const oldest = [4, 0, 13];
/** From here on levels can be read without credentials (`STATUS_API`). */
const tellsLevelsFrom = [5, 0, 5];

/** @throws Found, PeerUnreachable */
export async function requireInstallation(
  transport: Transport,
  link: Link,
  rpcUrl: string,
): Promise<{ tellsLevels: boolean }> {
  if (link.applicationId === null) return { tellsLevels: true };
  const { id, applinksVersion } = await fetchManifest(transport, rpcUrl);
  if (id !== link.applicationId)
    throw new Found({ type: 'WRONG_INSTALLATION', answer: `It says its id is ${id}.` });
  if (isTooOld(applinksVersion))
    throw new Found({
      type: 'REMOTE_VERSION_INCOMPATIBLE',
      answer: `It says its version of application links is ${applinksVersion ?? 'unknown'}.`,
    });
  return { tellsLevels: isAtLeast(applinksVersion, tellsLevelsFrom) };
}

/** OAuth cannot be set up with such a peer by itself. */
export function isTooOld(applinksVersion: string | undefined): boolean {
  return !isAtLeast(applinksVersion, oldest);
}

/** @throws Found when the peer shows another key under a consumer key whose key we fetched once; PeerUnreachable */
export async function requireKnownKey(transport: Transport, link: Link, rpcUrl: string): Promise<void> {
  const fetched = link.incoming.filter(({ source }) => source === 'consumer-info');
  if (fetched.length === 0) return;
  const { key, publicKey } = await fetchConsumerInfo(transport, rpcUrl);
  const held = fetched.find((credential) => credential.key === key);
  if (held?.kind === 'oauth1-rsa' && held.publicKey === publicKey.spki) return;
  throw new Found({ type: 'PEER_KEY_CHANGED', answer: `It shows the consumer key ${key}.` });
}

/** What names no version is taken for a new one, and tells by its answers. */
function isAtLeast(version: string | undefined, wanted: readonly number[]): boolean {
  if (version === undefined) return true;
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const at = wanted.findIndex((part, index) => (parts[index] ?? 0) !== part);
  return at === -1 || (parts[at] ?? 0) > (wanted[at] ?? 0);
}
