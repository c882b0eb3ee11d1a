/**
 * Accounts that our users have connected at peers: the other direction of what they have authorised here. To disconnect
 * deletes our copy of the token at once, and only then tries to take it back at the peer, where its protocol can: nobody
 * uses or renews it meanwhile. OAuth 1.0a cannot; there the peer's own list has it until it is revoked there.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import type { Grant, GrantFilter } from '../store/outgoing.js';
import type { Link } from '../store/store.js';
import { readInput } from './link-input.js';

/** Times in milliseconds since the epoch. */
export interface ConnectedAccount {
  id: string;
  linkId: string;
  linkName: string;
  /** null: granted to the application itself. */
  userId: string | null;
  createdAtMs: number;
  lastUsedAtMs: number | null;
  /** The user's name there, as far as it is known (OAuth 2.0). */
  account: string | null;
  /** What was granted; null: OAuth 1.0a has no scopes of a peer's. */
  scopes: string[] | null;
  /** Set up for the link, but not granted: the user can connect again for more. */
  lacking: string[];
  expiresAtMs: number | null;
  /** Why it cannot be used now (OAuth 2.0). */
  trouble: { reason: 'credentials' | 'other_client' | 'temporary'; message: string } | null;
  /** Where the user takes it back themselves, when the peer has no way to be told; null: there is nothing to do. */
  revokeHint: string | null;
}

/** consumer/oauth2/accounts.ts, handed in. */
export interface PeerAccounts {
  describe(
    link: Link,
    grant: Grant,
  ):
    | Pick<ConnectedAccount, 'account' | 'scopes' | 'lacking' | 'expiresAtMs' | 'trouble' | 'revokeHint'>
    | undefined;
  revoke(link: Link, grant: Grant): Promise<void>;
}

export interface ConnectedAccounts {
  /** Newest first, at most 1000. @throws InvalidInput for an unknown part of the filter */
  list(filter: GrantFilter): Promise<ConnectedAccount[]>;
  /** @returns how many there were. @throws InvalidInput for an empty or unknown filter */
  disconnect(filter: GrantFilter): Promise<number>;
}

const id = z.string('Give an id.').min(1, 'Give an id.').optional();
const filterSchema = z.strictObject({ id, userId: id, linkId: id, connectionId: id }, 'Give an object.');
const oneOrMore = filterSchema.refine(
  (filter) => Object.keys(definedOnly(filter)).length > 0,
  'Say whose accounts are to be disconnected.',
);
const most = { limit: 1000, offset: 0 };

const notTold = {
  ...{ account: null, scopes: null, lacking: [], revokeHint: null },
  ...{ expiresAtMs: null, trouble: null },
};

export function createConnectedAccounts(
  { store, events }: Pick<Context, 'store' | 'events'>,
  peers: PeerAccounts,
): ConnectedAccounts {
  const linksById = async (): Promise<Map<string, Link>> =>
    new Map((await store.links.list()).map((link) => [link.id, link]));
  return {
    list: async (filter) => {
      const grants = await store.grants.list(definedOnly(readInput(filterSchema, filter)), most);
      const links = await linksById();
      return grants.map((grant) => {
        const link = links.get(grant.linkId);
        return {
          id: grant.id,
          linkId: grant.linkId,
          linkName: link?.name ?? '',
          userId: grant.userId,
          createdAtMs: grant.createdAtMs,
          lastUsedAtMs: grant.lastUsedAtMs,
          ...((link && peers.describe(link, grant)) ?? notTold),
        };
      });
    },
    disconnect: async (filter) => {
      const gone = await store.grants.remove(definedOnly(readInput(oneOrMore, filter)));
      for (const { linkId, userId } of gone)
        events.emit('grant.removed', { linkId, userId, reason: 'disconnected' });
      const links = await linksById();
      await Promise.all(
        gone.map(async (grant) => {
          const link = links.get(grant.linkId);
          if (link) await peers.revoke(link, grant);
        }),
      );
      return gone.length;
    },
  };
}

function definedOnly(filter: z.output<typeof filterSchema>): GrantFilter {
  const parts: [string, string | undefined][] = Object.entries(filter);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}
