/** Authorizations of OAuth 2.0 and their tokens. Rotation begins with one conditional statement (rule 4). */
import { sql } from 'kysely';
import type { Authorization, AuthorizationStore, TokenPair } from './authorizations.js';
import { authorizationRow, tokenPairRow, toAuthorization, toTokenPair } from './authorization-rows.js';
import { filterColumns, requireFilter, requireKnownFields } from './owner-columns.js';
import type { Database } from './schema.js';
import { falseWithoutParent } from './sql-parent.js';

export function sqlAuthorizations(db: Database): AuthorizationStore {
  const find = async (column: 'access_digest' | 'refresh_digest', digest: string) => {
    const tokens = await selectTokens(db, column, digest).executeTakeFirst();
    const authorization =
      tokens && (await selectAuthorization(db, tokens.authorization_id).executeTakeFirst());
    return authorization && { authorization: toAuthorization(authorization), tokens: toTokenPair(tokens) };
  };
  return {
    create: (authorization, tokens) =>
      falseWithoutParent(() =>
        db.transaction().execute(async (transaction) => {
          await insertAuthorization(transaction, authorization, tokens);
          return true;
        }),
      ),
    list: async (filter, { limit, offset }) => {
      requireKnownFields(filter);
      const rows = await db
        .selectFrom('applinks_authorizations')
        .selectAll()
        .where((is) => is.and(filterColumns(filter).map(([column, value]) => is(column, '=', value))))
        .orderBy('created_at_ms', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toAuthorization);
    },
    findByAccessToken: (digest) => find('access_digest', digest),
    findByRefreshToken: (digest) => find('refresh_digest', digest),
    rotate: (refreshDigest, rotation, next, expiresAtMs) =>
      falseWithoutParent(() =>
        db.transaction().execute(async (transaction) => {
          // The authorization first, as a revocation does, so that the two never wait for each other in a ring.
          if (!(await prolong(transaction, next.authorizationId, expiresAtMs))) return false;
          const { numUpdatedRows } = await transaction
            .updateTable('applinks_bearer_tokens')
            .set({
              rotated_at_ms: rotation.atMs,
              sealed_successor: rotation.sealedSuccessor,
              successor_until_ms: rotation.successorUntilMs,
              access_expires_at_ms: sql<number>`case when access_expires_at_ms < ${rotation.successorUntilMs} then access_expires_at_ms else ${rotation.successorUntilMs} end`,
            })
            .where('refresh_digest', '=', refreshDigest)
            .where('authorization_id', '=', next.authorizationId)
            .where('rotated_at_ms', 'is', null)
            .executeTakeFirst();
          if (numUpdatedRows !== 1n) return false;
          await transaction.insertInto('applinks_bearer_tokens').values(tokenPairRow(next)).execute();
          return true;
        }),
      ),
    addTokens: (tokens, expiresAtMs) =>
      falseWithoutParent(() =>
        db.transaction().execute(async (transaction) => {
          if (!(await prolong(transaction, tokens.authorizationId, expiresAtMs))) return false;
          await transaction.insertInto('applinks_bearer_tokens').values(tokenPairRow(tokens)).execute();
          return true;
        }),
      ),
    removeAccessToken: async (digest) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_bearer_tokens')
        .set({ access_expires_at_ms: 0 })
        .where('access_digest', '=', digest)
        .where('access_expires_at_ms', '>', 0)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    touch: async (id, usedAtMs) => {
      await db
        .updateTable('applinks_authorizations')
        .set({ last_used_at_ms: usedAtMs })
        .where('id', '=', id)
        .where((is) => is.or([is('last_used_at_ms', 'is', null), is('last_used_at_ms', '<', usedAtMs)]))
        .execute();
    },
    revoke: async (filter) => {
      requireFilter(filter);
      const rows = await db
        .deleteFrom('applinks_authorizations')
        .where((is) => is.and(filterColumns(filter).map(([column, value]) => is(column, '=', value))))
        .returningAll()
        .execute();
      return rows.map(toAuthorization);
    },
  };
}

export function selectTokens(db: Database, column: 'access_digest' | 'refresh_digest', digest: string) {
  return db.selectFrom('applinks_bearer_tokens').selectAll().where(column, '=', digest);
}

export function selectAuthorization(db: Database, id: string) {
  return db.selectFrom('applinks_authorizations').selectAll().where('id', '=', id);
}

/** Within the caller's transaction. */
export async function insertAuthorization(
  db: Database,
  authorization: Authorization,
  tokens: TokenPair,
): Promise<void> {
  await db.insertInto('applinks_authorizations').values(authorizationRow(authorization)).execute();
  await db.insertInto('applinks_bearer_tokens').values(tokenPairRow(tokens)).execute();
}

/** False when the authorization is gone; it never ends earlier than before. */
async function prolong(db: Database, id: string, expiresAtMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('applinks_authorizations')
    .set({
      expires_at_ms: sql<number>`case when expires_at_ms > ${expiresAtMs} then expires_at_ms else ${expiresAtMs} end`,
    })
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Returns how many authorizations went; of the others, tokens that are over, and successors that nobody may ask for again. */
export async function sweepAuthorizations(db: Database, nowMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('applinks_authorizations')
    .where('expires_at_ms', '<', nowMs)
    .executeTakeFirst();
  await db
    .deleteFrom('applinks_bearer_tokens')
    .where('access_expires_at_ms', '<', nowMs)
    .where((is) => is.or([is('refresh_expires_at_ms', 'is', null), is('refresh_expires_at_ms', '<', nowMs)]))
    .execute();
  await db
    .updateTable('applinks_bearer_tokens')
    .set({ sealed_successor: null })
    .where('successor_until_ms', '<', nowMs)
    .where('sealed_successor', 'is not', null)
    .execute();
  return Number(numDeletedRows);
}
