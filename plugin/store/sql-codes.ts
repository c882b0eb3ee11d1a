/** Authorization codes. A used one keeps its row until it expires, so that a replay is recognised (rule 4). */
import type { Selectable } from 'kysely';
import type { AuthorizationCode, CodeStore } from './authorizations.js';
import { ownerColumns, requireOwnerFilter } from './owner-columns.js';
import { readStrings } from './row-values.js';
import type { Database, Tables } from './schema.js';
import { insertAuthorization } from './sql-authorizations.js';
import type { SqlDialect } from './sql-dialect.js';
import { falseWithoutParent, lockCredential } from './sql-parent.js';

export function sqlCodes(db: Database, { hasRowLocks }: SqlDialect): CodeStore {
  return {
    create: (code) =>
      falseWithoutParent(async () => {
        await db.insertInto('applinks_codes').values(codeRow(code)).execute();
        return true;
      }),
    get: async (digest) => {
      const query = db.selectFrom('applinks_codes').selectAll().where('digest', '=', digest);
      const row = await query.executeTakeFirst();
      return row && toCode(row);
    },
    exchange: (digest, authorization, tokens) =>
      falseWithoutParent(() =>
        db.transaction().execute(async (transaction) => {
          if (hasRowLocks) await lockCredential(transaction, authorization.credentialId);
          const { numUpdatedRows } = await transaction
            .updateTable('applinks_codes')
            .set({ authorization_id: authorization.id })
            .where('digest', '=', digest)
            .where('authorization_id', 'is', null)
            .where('credential_id', '=', authorization.credentialId)
            .where('user_id', '=', authorization.userId ?? '')
            .executeTakeFirst();
          if (numUpdatedRows !== 1n) return false;
          await insertAuthorization(transaction, authorization, tokens);
          return true;
        }),
      ),
    remove: async (filter) => {
      requireOwnerFilter(filter);
      const { numDeletedRows } = await db
        .deleteFrom('applinks_codes')
        .where('authorization_id', 'is', null)
        .where((is) => is.and(ownerColumns(filter).map(([column, value]) => is(column, '=', value))))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function codeRow(code: AuthorizationCode) {
  return {
    digest: code.digest,
    link_id: code.linkId,
    credential_id: code.credentialId,
    user_id: code.userId,
    redirect_uri: code.redirectUri,
    scopes: JSON.stringify(code.scopes),
    code_challenge: code.codeChallenge,
    created_at_ms: code.createdAtMs,
    expires_at_ms: code.expiresAtMs,
    authorization_id: code.authorizationId,
  };
}

function toCode(row: Selectable<Tables['applinks_codes']>): AuthorizationCode {
  return {
    digest: row.digest,
    linkId: row.link_id,
    credentialId: row.credential_id,
    userId: row.user_id,
    redirectUri: row.redirect_uri,
    scopes: readStrings(row.scopes),
    codeChallenge: row.code_challenge,
    createdAtMs: Number(row.created_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    authorizationId: row.authorization_id,
  };
}
