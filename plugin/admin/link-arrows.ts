/** A link as two arrows: who trusts whom, with which key, at which level, and whether it is used. */
import type { Context } from '../context.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { Link } from '../store/store.js';
import { incomingLevel, outgoingLevel } from './link-summary.js';
import { publicKeyBits, publicKeyFingerprint } from './public-key-fingerprint.js';

export interface LinkArrows {
  incoming: {
    level: string;
    /** The peer's public keys; a shared secret is none. */
    keys: { fingerprint: string; bits: number }[];
    executingUser: string | null;
    grants: number;
    lastUsedAtMs: number | null;
  };
  outgoing: {
    level: string;
    /** Of the key with which we sign; null with a shared secret. */
    fingerprint: string | null;
    /** False when the peer may hold an older key of ours. */
    isCurrentKey: boolean;
    /** In our own name we reach an Atlassian product as nobody unless it has set an executing user (6.6). */
    isTwoLegged: boolean;
    grants: number;
    lastUsedAtMs: number | null;
  };
  offers: { credentialId: string; key: string; fingerprint: string; publicKey: string }[];
}

const counted = { limit: 1000, offset: 0 };

export async function arrowsOf(
  { store, config }: Context,
  keys: Pick<SigningKeys, 'current' | 'get'>,
  link: Link,
): Promise<LinkArrows> {
  const [given, got] = [
    [
      ...(await store.accessTokens.list({ linkId: link.id }, counted)),
      ...(await store.authorizations.list({ linkId: link.id }, counted)),
    ],
    await store.grants.list({ linkId: link.id }, counted),
  ];
  // Calls without a user have no token to note it at.
  const notes = await store.notes.list(link.id);
  const usedAtMs = (kind: string) => ({
    lastUsedAtMs: notes.find((note) => note.kind === kind)?.atMs ?? null,
  });
  const connection = link.outgoing.find(({ preferred }) => preferred) ?? link.outgoing[0];
  const isAtlassian = connection?.kind === 'oauth1-atlassian';
  const current = isAtlassian ? await keys.current() : undefined;
  const held = connection?.signingKeyId ? await keys.get(connection.signingKeyId) : current;
  const { executingUserId } = link.levels;
  const rsa = link.incoming.flatMap((credential) => (credential.kind === 'oauth1-rsa' ? [credential] : []));
  return {
    incoming: {
      level: incomingLevel(link),
      keys: rsa.map(({ publicKey }) => ({
        fingerprint: publicKeyFingerprint(publicKey),
        bits: publicKeyBits(publicKey),
      })),
      executingUser:
        executingUserId === null
          ? null
          : ((await config.host.findUser(executingUserId))?.name ?? executingUserId),
      grants: given.length,
      lastUsedAtMs: latest([...given, usedAtMs('incoming_used')]),
    },
    outgoing: {
      level: outgoingLevel(connection),
      fingerprint: isAtlassian && held ? publicKeyFingerprint(held.publicKey) : null,
      isCurrentKey: held?.id === current?.id,
      isTwoLegged: connection?.kind !== 'oauth2' && (connection?.levels.twoLegged ?? false),
      grants: got.length,
      lastUsedAtMs: latest([...got, usedAtMs('outgoing_used')]),
    },
    offers: rsa.flatMap(({ id, key, offeredPublicKey }) =>
      offeredPublicKey === null
        ? []
        : [
            {
              credentialId: id,
              key,
              publicKey: offeredPublicKey,
              fingerprint: publicKeyFingerprint(offeredPublicKey),
            },
          ],
    ),
  };
}

function latest(uses: readonly { lastUsedAtMs: number | null }[]): number | null {
  return uses.reduce<number | null>(
    (last, { lastUsedAtMs }) => (lastUsedAtMs !== null && lastUsedAtMs > (last ?? 0) ? lastUsedAtMs : last),
    null,
  );
}
