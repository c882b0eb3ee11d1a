/**
 * The inbox. One statement stores a delivery unless it is a repeat; claims are made one at a time, in whichever process,
 * since whether one is free depends on those before it.
 */
import { sql, type Selectable } from 'kysely';
import { z } from 'zod';
import type { Delivery, DeliveryStore } from './deliveries.js';
import { toNullableNumber } from './row-values.js';
import type { Database, Tables } from './schema.js';
import { isForeignKeyViolation, type SqlDialect } from './sql-dialect.js';

type Row = Selectable<Tables['applinks_deliveries']>;

const stateSchema = z.enum(['queued', 'done', 'dead']);

export function sqlDeliveries(db: Database, dialect: SqlDialect): DeliveryStore {
  return {
    put: async (delivery) => {
      try {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('applinks_deliveries')
          .values({
            ...toRow(delivery),
            place: sql<number>`(select coalesce(max(place), 0) + 1 from applinks_deliveries)`,
          })
          .onConflict((conflict) => conflict.columns(['webhook_id', 'request_id']).doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n ? 'queued' : 'repeated';
      } catch (error) {
        if (isForeignKeyViolation(error)) return 'gone';
        throw error;
      }
    },
    claim: (nowMs, untilMs) =>
      db.transaction().execute(async (transaction) => {
        await dialect.lockClaims(transaction);
        const row = await selectFree(transaction, nowMs).executeTakeFirst();
        if (!row) return undefined;
        const claimed = { attempts: Number(row.attempts) + 1, due_at_ms: untilMs };
        const { numUpdatedRows } = await transaction
          .updateTable('applinks_deliveries')
          .set(claimed)
          .where('id', '=', row.id)
          .where('state', '=', 'queued')
          .executeTakeFirst();
        return numUpdatedRows === 1n ? fromRow({ ...row, ...claimed }) : undefined;
      }),
    settle: async (id, attempts, outcome) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_deliveries')
        .set({
          state: outcome.state,
          last_error: outcome.state === 'done' ? null : outcome.error,
          ...(outcome.state === 'queued'
            ? { due_at_ms: outcome.dueAtMs }
            : { expires_at_ms: outcome.expiresAtMs }),
          ...(outcome.state === 'done' ? { payload: '' } : {}),
        })
        .where('id', '=', id)
        .where('state', '=', 'queued')
        .where('attempts', '=', attempts)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    replay: async (id, nowMs) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_deliveries')
        .set({ state: 'queued', attempts: 0, due_at_ms: nowMs, expires_at_ms: null })
        .where('id', '=', id)
        .where('state', '=', 'dead')
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    get: async (id) => {
      const row = await db
        .selectFrom('applinks_deliveries')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    list: async ({ state, linkId, webhookId }, { limit, offset }) => {
      const rows = await db
        .selectFrom('applinks_deliveries')
        .selectAll()
        .where((is) =>
          is.and([
            ...(state === undefined ? [] : [is('state', '=', state)]),
            ...(linkId === undefined ? [] : [is('link_id', '=', linkId)]),
            ...(webhookId === undefined ? [] : [is('webhook_id', '=', webhookId)]),
          ]),
        )
        .orderBy('place', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },
  };
}

/** Two that were stored at once may have the same place; one that got a lower place late may find the next one claimed. */
function selectFree(db: Database, nowMs: number) {
  return db
    .selectFrom('applinks_deliveries as free')
    .selectAll()
    .where('state', '=', 'queued')
    .where('due_at_ms', '<=', nowMs)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('applinks_deliveries as other')
            .select('other.id')
            .where('other.state', '=', 'queued')
            .whereRef('other.order_key', '=', 'free.order_key')
            .whereRef('other.id', '<>', 'free.id')
            .where((other) =>
              other.or([
                other('other.place', '<', other.ref('free.place')),
                other.and([
                  other('other.place', '=', other.ref('free.place')),
                  other('other.id', '<', other.ref('free.id')),
                ]),
                other.and([other('other.attempts', '>', 0), other('other.due_at_ms', '>', nowMs)]),
              ]),
            ),
        ),
      ),
    )
    .orderBy('place')
    .orderBy('id')
    .limit(1);
}

export async function sweepDeliveries(db: Database, nowMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('applinks_deliveries')
    .where('expires_at_ms', '<', nowMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function toRow(delivery: Delivery) {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    link_id: delivery.linkId,
    request_id: delivery.requestId,
    event_key: delivery.eventKey,
    order_key: delivery.orderKey,
    payload: delivery.payload,
    state: delivery.state,
    attempts: delivery.attempts,
    due_at_ms: delivery.dueAtMs,
    received_at_ms: delivery.receivedAtMs,
    last_error: delivery.lastError,
    expires_at_ms: delivery.expiresAtMs,
  };
}

function fromRow(row: Row): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    linkId: row.link_id,
    requestId: row.request_id,
    eventKey: row.event_key,
    orderKey: row.order_key,
    payload: row.payload,
    state: stateSchema.parse(row.state),
    attempts: Number(row.attempts),
    dueAtMs: Number(row.due_at_ms),
    receivedAtMs: Number(row.received_at_ms),
    lastError: row.last_error,
    expiresAtMs: toNullableNumber(row.expires_at_ms),
  };
}
