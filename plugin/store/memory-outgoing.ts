/** Transactions, grants and notes of the memory store. */
import { requireGrantFilter, requireKnownGrantFields } from './grant-columns.js';
import type {
  Grant,
  GrantFilter,
  GrantStore,
  Note,
  NoteStore,
  Transaction,
  TransactionStore,
} from './outgoing.js';

export interface MemoryOutgoing {
  /** By digest. */
  transactions: Map<string, Transaction>;
  /** By id. */
  grants: Map<string, Grant>;
  /** By link and kind. */
  notes: Map<string, Note>;
  /** Of the connections and links that exist. */
  connectionIds: Set<string>;
  linkIds: Set<string>;
}

export function memoryTransactions({ transactions, ...known }: MemoryOutgoing): TransactionStore {
  return {
    create: async (transaction) => {
      if (!known.connectionIds.has(transaction.connectionId)) return Promise.resolve(false);
      if (transactions.has(transaction.digest)) throw new Error('This transaction exists already.');
      transactions.set(transaction.digest, structuredClone(transaction));
      return Promise.resolve(true);
    },
    claim: (digest, { linkId, userId, browserDigest }) => {
      const found = transactions.get(digest);
      const isTheirs =
        found?.linkId === linkId && found.userId === userId && found.browserDigest === browserDigest;
      if (!isTheirs) return Promise.resolve(undefined);
      transactions.delete(digest);
      return Promise.resolve(found);
    },
  };
}

export function memoryGrants({ grants, ...known }: MemoryOutgoing): GrantStore {
  const select = (filter: GrantFilter): Grant[] =>
    [...grants.values()].filter(
      ({ id, userId, connectionId, linkId }) =>
        (filter.id ?? id) === id &&
        (filter.userId ?? userId) === userId &&
        (filter.connectionId ?? connectionId) === connectionId &&
        (filter.linkId ?? linkId) === linkId,
    );
  const find = (connectionId: string, userId: string | null): Grant | undefined =>
    select({ connectionId }).find((grant) => grant.userId === userId);
  return {
    get: (connectionId, userId) => Promise.resolve(structuredClone(find(connectionId, userId))),
    list: async (filter, { limit, offset }) => {
      requireKnownGrantFields(filter);
      const newestFirst = select(filter).sort(
        (a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1),
      );
      return Promise.resolve(structuredClone(newestFirst.slice(offset, offset + limit)));
    },
    put: (grant) => {
      if (!known.connectionIds.has(grant.connectionId)) return Promise.resolve(false);
      const former = find(grant.connectionId, grant.userId);
      if (former) grants.delete(former.id);
      grants.set(grant.id, structuredClone(grant));
      return Promise.resolve(true);
    },
    claimRenewal: (id, revision, nowMs, untilMs) => {
      const grant = grants.get(id);
      const isFree = grant?.revision === revision && (grant.renewalUntilMs ?? 0) <= nowMs;
      if (isFree) grant.renewalUntilMs = untilMs;
      return Promise.resolve(isFree);
    },
    update: (grant) => {
      if (grants.get(grant.id)?.revision !== grant.revision) return Promise.resolve(false);
      grants.set(grant.id, { ...structuredClone(grant), renewalUntilMs: null, revision: grant.revision + 1 });
      return Promise.resolve(true);
    },
    removeUnchanged: (id, revision) =>
      Promise.resolve(grants.get(id)?.revision === revision && grants.delete(id)),
    touch: (id, usedAtMs) => {
      const grant = grants.get(id);
      if (grant) grant.lastUsedAtMs = Math.max(grant.lastUsedAtMs ?? usedAtMs, usedAtMs);
      return Promise.resolve();
    },
    remove: async (filter) => {
      requireGrantFilter(filter);
      const gone = select(filter);
      for (const { id } of gone) grants.delete(id);
      return Promise.resolve(gone);
    },
  };
}

export function memoryNotes({ notes, ...known }: MemoryOutgoing): NoteStore {
  return {
    put: (note) => {
      const key = JSON.stringify([note.linkId, note.kind]);
      const isNewest = note.atMs >= (notes.get(key)?.atMs ?? 0);
      if (isNewest && known.linkIds.has(note.linkId)) notes.set(key, structuredClone(note));
      return Promise.resolve();
    },
    list: (linkId) => {
      const found = [...notes.values()].filter((note) => note.linkId === linkId);
      return Promise.resolve(structuredClone(found.sort((a, b) => (a.kind < b.kind ? -1 : 1))));
    },
  };
}
