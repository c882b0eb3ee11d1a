/**
 * The schema, step by step. A step that has been published is never changed; a new one is added at the end, and its
 * place in the list is its number.
 */
import { sql } from 'kysely';
import type { Database } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';

export type Migration = (db: Database, dialect: SqlDialect) => Promise<void>;

export const migrations: readonly Migration[] = [createFirstTables];

async function createFirstTables(db: Database, { keyedTable }: SqlDialect): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('applinks_settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('applinks_links')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('applinks_credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) =>
      column.notNull().references('applinks_links.id').onDelete('cascade'),
    )
    .addColumn('consumer_key', 'text', (column) => column.notNull().unique())
    .execute();
  await schema
    .createTable('applinks_request_tokens')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('applinks_credentials.id').onDelete('cascade'),
    )
    .addColumn('callback', 'text')
    .addColumn('outcome', 'text')
    .addColumn('user_id', 'text')
    .addColumn('verifier_digest', 'text')
    .addColumn('scopes', 'text')
    .addColumn('wrong_verifiers', 'integer', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('applinks_access_tokens')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('applinks_credentials.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .addColumn('session_handle_digest', 'text', (column) => column.notNull())
    .addColumn('session_expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('applinks_nonces')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .modifyEnd(keyedTable)
    .execute();
  const indexes = [
    ['applinks_credentials', 'link_id'],
    ['applinks_request_tokens', 'credential_id'],
    ['applinks_request_tokens', 'user_id'],
    ['applinks_request_tokens', 'expires_at_ms'],
    ['applinks_access_tokens', 'credential_id'],
    ['applinks_access_tokens', 'user_id'],
    ['applinks_access_tokens', 'session_expires_at_ms'],
  ] as const;
  for (const [table, column] of indexes) {
    await sql`create index ${sql.ref(`${table}_${column}`)} on ${sql.table(table)} (${sql.ref(column)})`.execute(
      db,
    );
  }
}
