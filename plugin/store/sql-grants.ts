/** What peers have granted us. Renewal is claimed by one statement, so one process renews while the others wait. */
import { sql, type Selectable } from 'kysely';
import { grantColumns, requireGrantFilter, requireKnownGrantFields } from './grant-columns.js';
import { toNullableNumber } from './row-values.js';
import type { Database, Tables } from './schema.js';
import { falseWithoutParent } from './sql-parent.js';
import type { Grant, GrantStore } from './outgoing.js';

export function sqlGrants(db: Database): GrantStore {
  return {
    get: async (connectionId, userId) => {
      const row = await db
        .selectFrom('applinks_grants')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('user_id', userId === null ? 'is' : '=', userId)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    list: async (filter, { limit, offset }) => {
      requireKnownGrantFields(filter);
      const rows = await db
        .selectFrom('applinks_grants')
        .selectAll()
        .where((is) => is.and(grantColumns(filter).map(([column, value]) => is(column, '=', value))))
        .orderBy('created_at_ms', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },
    put: (grant) =>
      falseWithoutParent(async () => {
        const row = toRow(grant);
        await db
          .insertInto('applinks_grants')
          .values(row)
          .onConflict((conflict) =>
            conflict.expression(sql`connection_id, coalesce('u' || user_id, '')`).doUpdateSet(row),
          )
          .execute();
        return true;
      }),
    claimRenewal: async (id, revision, nowMs, untilMs) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_grants')
        .set({ renewal_until_ms: untilMs })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where((is) => is.or([is('renewal_until_ms', 'is', null), is('renewal_until_ms', '<=', nowMs)]))
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    update: async (grant) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_grants')
        .set({ ...toRow(grant), renewal_until_ms: null, revision: grant.revision + 1 })
        .where('id', '=', grant.id)
        .where('revision', '=', grant.revision)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    removeUnchanged: async (id, revision) => {
      const { numDeletedRows } = await db
        .deleteFrom('applinks_grants')
        .where('id', '=', id)
        .where('revision', '=', revision)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
    touch: async (id, usedAtMs) => {
      await db
        .updateTable('applinks_grants')
        .set({ last_used_at_ms: usedAtMs })
        .where('id', '=', id)
        .where((is) => is.or([is('last_used_at_ms', 'is', null), is('last_used_at_ms', '<', usedAtMs)]))
        .execute();
    },
    remove: async (filter) => {
      requireGrantFilter(filter);
      const rows = await db
        .deleteFrom('applinks_grants')
        .where((is) => is.and(grantColumns(filter).map(([column, value]) => is(column, '=', value))))
        .returningAll()
        .execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(grant: Grant) {
  return {
    id: grant.id,
    link_id: grant.linkId,
    connection_id: grant.connectionId,
    user_id: grant.userId,
    sealed_document: grant.sealedDocument,
    expires_at_ms: grant.expiresAtMs,
    session_expires_at_ms: grant.sessionExpiresAtMs,
    created_at_ms: grant.createdAtMs,
    last_used_at_ms: grant.lastUsedAtMs,
    renewal_until_ms: grant.renewalUntilMs,
    revision: grant.revision,
  };
}

function fromRow(row: Selectable<Tables['applinks_grants']>): Grant {
  return {
    id: row.id,
    linkId: row.link_id,
    connectionId: row.connection_id,
    userId: row.user_id,
    sealedDocument: row.sealed_document,
    expiresAtMs: toNullableNumber(row.expires_at_ms),
    sessionExpiresAtMs: toNullableNumber(row.session_expires_at_ms),
    createdAtMs: Number(row.created_at_ms),
    lastUsedAtMs: toNullableNumber(row.last_used_at_ms),
    renewalUntilMs: toNullableNumber(row.renewal_until_ms),
    revision: Number(row.revision),
  };
}
