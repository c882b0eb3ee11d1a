/**
 * Accounts that our users have connected at peers: the other direction of what they have authorised here. To disconnect
 * deletes our copy of the token at once; the peer's own list of authorised applications has it until it is revoked there.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import type { GrantFilter } from '../store/outgoing.js';
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

export function createConnectedAccounts({
  store,
  events,
}: Pick<Context, 'store' | 'events'>): ConnectedAccounts {
  return {
    list: async (filter) => {
      const grants = await store.grants.list(definedOnly(readInput(filterSchema, filter)), most);
      const names = new Map((await store.links.list()).map((link) => [link.id, link.name]));
      return grants.map((grant) => ({
        id: grant.id,
        linkId: grant.linkId,
        linkName: names.get(grant.linkId) ?? '',
        userId: grant.userId,
        createdAtMs: grant.createdAtMs,
        lastUsedAtMs: grant.lastUsedAtMs,
      }));
    },
    disconnect: async (filter) => {
      const gone = await store.grants.remove(definedOnly(readInput(oneOrMore, filter)));
      for (const { linkId, userId } of gone)
        events.emit('grant.removed', { linkId, userId, reason: 'disconnected' });
      return gone.length;
    },
  };
}

function definedOnly(filter: z.output<typeof filterSchema>): GrantFilter {
  const parts: [string, string | undefined][] = Object.entries(filter);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}
