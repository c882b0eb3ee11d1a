/** The outbox. One row per state that is to be told, so one statement claims, and a newer state takes the place of the older one. */
import { sql, type Selectable } from 'kysely';
import type { OutboxEntry, OutboxStore } from './outbox.js';
import type { Database, Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { falseWithoutParent } from './sql-parent.js';

export function sqlOutbox(db: Database, { hasRowLocks }: SqlDialect): OutboxStore {
  return {
    put: (entry) =>
      falseWithoutParent(async () => {
        await db
          .insertInto('applinks_outbox')
          .values(toRow(entry))
          .onConflict((conflict) =>
            conflict.columns(['link_id', 'slot']).doUpdateSet({
              document: entry.document,
              queued_at_ms: entry.queuedAtMs,
              revision: sql<number>`applinks_outbox.revision + 1`,
            }),
          )
          .execute();
        return true;
      }),
    claim: async (nowMs, untilMs) => {
      const due = db
        .selectFrom('applinks_outbox')
        .select('id')
        .where('due_at_ms', '<=', nowMs)
        .orderBy('due_at_ms')
        .limit(1);
      const row = await db
        .updateTable('applinks_outbox')
        .set({ attempts: sql<number>`attempts + 1`, due_at_ms: untilMs })
        .where('id', '=', hasRowLocks ? due.forUpdate().skipLocked() : due)
        .where('due_at_ms', '<=', nowMs)
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },
    finish: (claimed, nowMs) =>
      db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('applinks_outbox')
          .set({ due_at_ms: nowMs, last_error: null })
          .where('id', '=', claimed.id)
          .where('attempts', '=', claimed.attempts)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) return false;
        await transaction
          .deleteFrom('applinks_outbox')
          .where('id', '=', claimed.id)
          .where('revision', '=', claimed.revision)
          .execute();
        return true;
      }),
    retry: async ({ id, attempts }, dueAtMs, error) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_outbox')
        .set({ due_at_ms: dueAtMs, last_error: error })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    holdBack: async (linkId, untilMs) => {
      await db
        .updateTable('applinks_outbox')
        .set({ due_at_ms: untilMs })
        .where('link_id', '=', linkId)
        .where('due_at_ms', '<', untilMs)
        .execute();
    },
    list: async (linkId, { limit, offset }) => {
      const all = db.selectFrom('applinks_outbox').selectAll();
      const rows = await (linkId === undefined ? all : all.where('link_id', '=', linkId))
        .orderBy('queued_at_ms')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(entry: OutboxEntry) {
  return {
    id: entry.id,
    link_id: entry.linkId,
    slot: entry.slot,
    kind: entry.kind,
    document: entry.document,
    revision: entry.revision,
    attempts: entry.attempts,
    due_at_ms: entry.dueAtMs,
    queued_at_ms: entry.queuedAtMs,
    last_error: entry.lastError,
  };
}

function fromRow(row: Selectable<Tables['applinks_outbox']>): OutboxEntry {
  return {
    id: row.id,
    linkId: row.link_id,
    slot: row.slot,
    kind: row.kind,
    document: row.document,
    revision: Number(row.revision),
    attempts: Number(row.attempts),
    dueAtMs: Number(row.due_at_ms),
    queuedAtMs: Number(row.queued_at_ms),
    lastError: row.last_error,
  };
}
