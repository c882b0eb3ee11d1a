/** The store on a SQL database, one implementation for SQLite and PostgreSQL. */
import { migrate } from './migrate.js';
import type { Database } from './schema.js';
import { sqlAccessTokens } from './sql-access-tokens.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlAuthorizations, sweepAuthorizations } from './sql-authorizations.js';
import { sqlCodes } from './sql-codes.js';
import { sqlDeliveries, sweepDeliveries } from './sql-deliveries.js';
import { sqlGrants } from './sql-grants.js';
import { sqlLinks } from './sql-links.js';
import { sqlNonces } from './sql-nonces.js';
import { sqlNotes } from './sql-notes.js';
import { sqlOutbox } from './sql-outbox.js';
import { sqlRequestTokens } from './sql-request-tokens.js';
import { sqlSettings } from './sql-settings.js';
import { sqlTransactions } from './sql-transactions.js';
import { sqlWebhooks } from './sql-webhooks.js';
import type { Store, SweepResult } from './store.js';

/** @param close ends what the caller opened for this store. */
export function sqlStore(db: Database, dialect: SqlDialect, close: () => Promise<void>): Store {
  return {
    migrate: () => migrate(db, dialect),
    close,
    sweep: (nowMs) => sweep(db, nowMs),
    settings: sqlSettings(db),
    links: sqlLinks(db),
    requestTokens: sqlRequestTokens(db, dialect),
    accessTokens: sqlAccessTokens(db),
    codes: sqlCodes(db, dialect),
    authorizations: sqlAuthorizations(db),
    nonces: sqlNonces(db),
    transactions: sqlTransactions(db),
    grants: sqlGrants(db),
    notes: sqlNotes(db),
    webhooks: sqlWebhooks(db),
    deliveries: sqlDeliveries(db, dialect),
    outbox: sqlOutbox(db, dialect),
  };
}

/** An access token goes with its session: until then it can still be renewed. */
async function sweep(db: Database, nowMs: number): Promise<SweepResult> {
  const requestTokens = await db
    .deleteFrom('applinks_request_tokens')
    .where('expires_at_ms', '<', nowMs)
    .executeTakeFirst();
  const accessTokens = await db
    .deleteFrom('applinks_access_tokens')
    .where('expires_at_ms', '<', nowMs)
    .where('session_expires_at_ms', '<', nowMs)
    .executeTakeFirst();
  const nonces = await db.deleteFrom('applinks_nonces').where('expires_at_ms', '<', nowMs).executeTakeFirst();
  const transactions = await db
    .deleteFrom('applinks_transactions')
    .where('expires_at_ms', '<', nowMs)
    .executeTakeFirst();
  const codes = await db.deleteFrom('applinks_codes').where('expires_at_ms', '<', nowMs).executeTakeFirst();
  const authorizations = await sweepAuthorizations(db, nowMs);
  return {
    requestTokens: Number(requestTokens.numDeletedRows),
    accessTokens: Number(accessTokens.numDeletedRows),
    nonces: Number(nonces.numDeletedRows),
    transactions: Number(transactions.numDeletedRows),
    codes: Number(codes.numDeletedRows),
    authorizations,
    deliveries: await sweepDeliveries(db, nowMs),
  };
}
