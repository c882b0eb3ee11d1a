/**
 * Nonces. Every signed request writes one, so those that come in one turn of the event loop are written by one
 * statement: the cost of a commit is shared by all requests that wait for it.
 */
import type { Database } from './schema.js';
import type { NonceStore } from './values.js';

interface Use {
  key: string;
  expiresAtMs: number;
  settle: (isFresh: boolean) => void;
  fail: (error: unknown) => void;
}

/** Bounds the statement: two parameters each. */
const largestBatch = 500;

export function sqlNonces(db: Database): NonceStore {
  const waiting: Use[] = [];

  const flush = (): void => {
    const batch = waiting.splice(0, largestBatch);
    if (waiting.length > 0) setImmediate(flush);
    insert(db, batch).then(
      (fresh) => {
        // Of equal keys in one batch the first is fresh: the set forgets each key that it has vouched for.
        for (const { key, settle } of batch) settle(fresh.delete(key));
      },
      (error: unknown) => {
        for (const { fail } of batch) fail(error);
      },
    );
  };

  return {
    use: (key, expiresAtMs) =>
      new Promise((settle, fail) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ key, expiresAtMs, settle, fail });
      }),
  };
}

/**
 * The keys that were not there before. They are written in their order: of two processes that have the same two nonces
 * at once, in batches the other way round, PostgreSQL would fail one whole batch, so that whoever replays requests
 * could fail those of others.
 */
async function insert(db: Database, batch: readonly Use[]): Promise<Set<string>> {
  const inOrder = [...batch].sort((a, b) => (a.key < b.key ? -1 : 1));
  const rows = await db
    .insertInto('applinks_nonces')
    .values(inOrder.map(({ key, expiresAtMs }) => ({ key, expires_at_ms: expiresAtMs })))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .execute();
  return new Set(rows.map(({ key }) => key));
}
