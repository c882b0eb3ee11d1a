/** Request tokens. Each verb is one conditional statement, or a transaction that begins with one (rule 4). */
import { sql, type Selectable } from 'kysely';
import { ownerColumns, requireOwnerFilter } from './owner-columns.js';
import { accessTokenRow } from './sql-access-tokens.js';
import { readStrings } from './row-values.js';
import type { Database, Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { falseWithoutParent, lockCredential } from './sql-parent.js';
import { mostWrongVerifiers, type Decision, type RequestToken, type RequestTokenStore } from './tokens.js';

type Row = Selectable<Tables['applinks_request_tokens']>;

export function sqlRequestTokens(db: Database, { hasRowLocks }: SqlDialect): RequestTokenStore {
  return {
    create: (token) =>
      falseWithoutParent(async () => {
        await db.insertInto('applinks_request_tokens').values(requestTokenRow(token)).execute();
        return true;
      }),
    get: async (digest) => {
      const query = db.selectFrom('applinks_request_tokens').selectAll().where('digest', '=', digest);
      const row = await query.executeTakeFirst();
      return row && toRequestToken(row);
    },
    decide: async (digest, decision) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_request_tokens')
        .set(decisionColumns(decision))
        .where('digest', '=', digest)
        .where('outcome', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    countWrongVerifier: async (digest) => {
      const row = await db
        .updateTable('applinks_request_tokens')
        .set({ wrong_verifiers: sql<number>`wrong_verifiers + 1` })
        .where('digest', '=', digest)
        .returning('wrong_verifiers')
        .executeTakeFirst();
      return Number(row?.wrong_verifiers ?? 0);
    },
    exchange: (digest, accessToken) =>
      falseWithoutParent(() =>
        db.transaction().execute(async (transaction) => {
          if (hasRowLocks) await lockCredential(transaction, accessToken.credentialId);
          const { numDeletedRows } = await transaction
            .deleteFrom('applinks_request_tokens')
            .where('digest', '=', digest)
            .where('outcome', '=', 'allowed')
            .where('user_id', '=', accessToken.userId)
            .where('credential_id', '=', accessToken.credentialId)
            .where('wrong_verifiers', '<', mostWrongVerifiers)
            .executeTakeFirst();
          if (numDeletedRows !== 1n) return false;
          await transaction
            .insertInto('applinks_access_tokens')
            .values(accessTokenRow(accessToken))
            .execute();
          return true;
        }),
      ),
    remove: async (filter) => {
      requireOwnerFilter(filter);
      const { numDeletedRows } = await db
        .deleteFrom('applinks_request_tokens')
        .where((is) => is.and(ownerColumns(filter).map(([column, value]) => is(column, '=', value))))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function requestTokenRow(token: RequestToken) {
  return {
    digest: token.digest,
    sealed_secret: token.sealedSecret,
    link_id: token.linkId,
    credential_id: token.credentialId,
    callback: token.callback,
    ...decisionColumns(token.decision),
    wrong_verifiers: token.wrongVerifiers,
    created_at_ms: token.createdAtMs,
    expires_at_ms: token.expiresAtMs,
  };
}

function decisionColumns(decision: Decision | null) {
  const isAllowed = decision?.outcome === 'allowed';
  return {
    outcome: decision?.outcome ?? null,
    user_id: decision?.userId ?? null,
    verifier_digest: isAllowed ? decision.verifierDigest : null,
    scopes: isAllowed ? JSON.stringify(decision.scopes) : null,
  };
}

function toRequestToken(row: Row): RequestToken {
  return {
    digest: row.digest,
    sealedSecret: row.sealed_secret,
    linkId: row.link_id,
    credentialId: row.credential_id,
    callback: row.callback,
    decision: toDecision(row),
    wrongVerifiers: Number(row.wrong_verifiers),
    createdAtMs: Number(row.created_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
  };
}

function toDecision({
  outcome,
  user_id: userId,
  verifier_digest: verifierDigest,
  scopes,
}: Row): Decision | null {
  if (outcome === null || userId === null) return null;
  if (outcome !== 'allowed' || verifierDigest === null || scopes === null)
    return { outcome: 'denied', userId };
  return { outcome, userId, verifierDigest, scopes: readStrings(scopes) };
}
