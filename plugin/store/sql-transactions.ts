/** Authorisations of ours under way at a peer. */
import type { Selectable } from 'kysely';
import { falseWithoutParent } from './sql-parent.js';
import type { Database, Tables } from './schema.js';
import type { Transaction, TransactionStore } from './outgoing.js';

export function sqlTransactions(db: Database): TransactionStore {
  return {
    create: (transaction) =>
      falseWithoutParent(async () => {
        await db.insertInto('applinks_transactions').values(toRow(transaction)).execute();
        return true;
      }),
    claim: async (digest, { linkId, userId, browserDigest }) => {
      const row = await db
        .deleteFrom('applinks_transactions')
        .where('digest', '=', digest)
        .where('link_id', '=', linkId)
        .where('user_id', '=', userId)
        .where('browser_digest', '=', browserDigest)
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },
  };
}

function toRow(transaction: Transaction) {
  return {
    digest: transaction.digest,
    link_id: transaction.linkId,
    connection_id: transaction.connectionId,
    user_id: transaction.userId,
    browser_digest: transaction.browserDigest,
    sealed_document: transaction.sealedDocument,
    created_at_ms: transaction.createdAtMs,
    expires_at_ms: transaction.expiresAtMs,
  };
}

function fromRow(row: Selectable<Tables['applinks_transactions']>): Transaction {
  return {
    digest: row.digest,
    linkId: row.link_id,
    connectionId: row.connection_id,
    userId: row.user_id,
    browserDigest: row.browser_digest,
    sealedDocument: row.sealed_document,
    createdAtMs: Number(row.created_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
  };
}
