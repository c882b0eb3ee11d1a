/** Access tokens. */
import type { Selectable } from 'kysely';
import { filterColumns, requireFilter, requireKnownFields } from './owner-columns.js';
import { readStrings, toNullableNumber } from './row-values.js';
import type { Database, Tables } from './schema.js';
import type { AccessToken, AccessTokenStore } from './tokens.js';

export type AccessTokenRow = Selectable<Tables['applinks_access_tokens']>;

export function sqlAccessTokens(db: Database): AccessTokenStore {
  return {
    get: async (digest) => {
      const row = await selectAccessToken(db, digest).executeTakeFirst();
      return row && toAccessToken(row);
    },
    list: async (filter, { limit, offset }) => {
      requireKnownFields(filter);
      const rows = await db
        .selectFrom('applinks_access_tokens')
        .selectAll()
        .where((is) => is.and(filterColumns(filter).map(([column, value]) => is(column, '=', value))))
        .orderBy('created_at_ms', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toAccessToken);
    },
    renew: async (digest, sessionHandleDigest, next) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_access_tokens')
        .set(accessTokenRow(next))
        .where('digest', '=', digest)
        .where('session_handle_digest', '=', sessionHandleDigest)
        .where('id', '=', next.id)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    touch: async (id, usedAtMs) => {
      await db
        .updateTable('applinks_access_tokens')
        .set({ last_used_at_ms: usedAtMs })
        .where('id', '=', id)
        .where((is) => is.or([is('last_used_at_ms', 'is', null), is('last_used_at_ms', '<', usedAtMs)]))
        .execute();
    },
    revoke: async (filter) => {
      requireFilter(filter);
      const rows = await db
        .deleteFrom('applinks_access_tokens')
        .where((is) => is.and(filterColumns(filter).map(([column, value]) => is(column, '=', value))))
        .returningAll()
        .execute();
      return rows.map(toAccessToken);
    },
  };
}

export function selectAccessToken(db: Database, digest: string) {
  return db.selectFrom('applinks_access_tokens').selectAll().where('digest', '=', digest);
}

export function accessTokenRow(token: AccessToken) {
  return {
    id: token.id,
    digest: token.digest,
    sealed_secret: token.sealedSecret,
    link_id: token.linkId,
    credential_id: token.credentialId,
    user_id: token.userId,
    scopes: JSON.stringify(token.scopes),
    created_at_ms: token.createdAtMs,
    expires_at_ms: token.expiresAtMs,
    last_used_at_ms: token.lastUsedAtMs,
    session_handle_digest: token.sessionHandleDigest,
    session_expires_at_ms: token.sessionExpiresAtMs,
  };
}

export function toAccessToken(row: AccessTokenRow): AccessToken {
  return {
    id: row.id,
    digest: row.digest,
    sealedSecret: row.sealed_secret,
    linkId: row.link_id,
    credentialId: row.credential_id,
    userId: row.user_id,
    scopes: readStrings(row.scopes),
    createdAtMs: Number(row.created_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    lastUsedAtMs: toNullableNumber(row.last_used_at_ms),
    sessionHandleDigest: row.session_handle_digest,
    sessionExpiresAtMs: Number(row.session_expires_at_ms),
  };
}
