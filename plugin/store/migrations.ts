/**
 * The schema, step by step. A step that has been published is never changed; a new one is added at the end, and its
 * place in the list is its number.
 */
import { sql } from 'kysely';
import { createBitbucketTables } from './bitbucket-tables.js';
import { createIndexes } from './create-indexes.js';
import type { Database } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';

export type Migration = (db: Database, dialect: SqlDialect) => Promise<void>;

export const migrations: readonly Migration[] = [
  createFirstTables,
  createOutgoingTables,
  createAuthorizationTables,
  createBitbucketTables,
];

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
  await createIndexes(db, [
    ['applinks_credentials', 'link_id'],
    ['applinks_request_tokens', 'credential_id'],
    ['applinks_request_tokens', 'user_id'],
    ['applinks_request_tokens', 'expires_at_ms'],
    ['applinks_access_tokens', 'credential_id'],
    ['applinks_access_tokens', 'user_id'],
    ['applinks_access_tokens', 'session_expires_at_ms'],
  ]);
}

/** What calls to peers need; links made before have no connection yet. */
async function createOutgoingTables(db: Database): Promise<void> {
  const { schema } = db;
  await schema.alterTable('applinks_links').addColumn('application_id', 'text').execute();
  await sql`create unique index applinks_links_application_id on applinks_links (application_id)`.execute(db);
  await schema
    .createTable('applinks_connections')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) =>
      column.notNull().references('applinks_links.id').onDelete('cascade'),
    )
    .execute();
  await schema
    .createTable('applinks_transactions')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) =>
      column.notNull().references('applinks_connections.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('browser_digest', 'text', (column) => column.notNull())
    .addColumn('sealed_document', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('applinks_grants')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) =>
      column.notNull().references('applinks_connections.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text')
    .addColumn('sealed_document', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint')
    .addColumn('session_expires_at_ms', 'bigint')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .addColumn('renewal_until_ms', 'bigint')
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  // A unique index takes every null for another value, but one grant of the application itself is enough.
  await sql`create unique index applinks_grants_owner on applinks_grants (connection_id, coalesce('u' || user_id, ''))`.execute(
    db,
  );
  await schema
    .createTable('applinks_notes')
    .addColumn('link_id', 'text', (column) =>
      column.notNull().references('applinks_links.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('applinks_notes_key', ['link_id', 'kind'])
    .execute();
  await createIndexes(db, [
    ['applinks_connections', 'link_id'],
    ['applinks_transactions', 'connection_id'],
    ['applinks_transactions', 'expires_at_ms'],
    ['applinks_grants', 'link_id'],
    ['applinks_grants', 'user_id'],
  ]);
}

/** What an OAuth 2.0 authorization server keeps. */
async function createAuthorizationTables(db: Database): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('applinks_codes')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('applinks_credentials.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('redirect_uri', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('code_challenge', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('authorization_id', 'text')
    .execute();
  await schema
    .createTable('applinks_authorizations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('applinks_credentials.id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text')
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ends_at_ms', 'bigint')
    .execute();
  await schema
    .createTable('applinks_bearer_tokens')
    .addColumn('access_digest', 'text', (column) => column.primaryKey())
    .addColumn('authorization_id', 'text', (column) =>
      column.notNull().references('applinks_authorizations.id').onDelete('cascade'),
    )
    .addColumn('access_expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('refresh_digest', 'text', (column) => column.unique())
    .addColumn('refresh_expires_at_ms', 'bigint')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('rotated_at_ms', 'bigint')
    .addColumn('sealed_successor', 'text')
    .addColumn('successor_until_ms', 'bigint')
    .execute();
  await createIndexes(db, [
    ['applinks_codes', 'credential_id'],
    ['applinks_codes', 'expires_at_ms'],
    ['applinks_authorizations', 'credential_id'],
    ['applinks_authorizations', 'user_id'],
    ['applinks_authorizations', 'expires_at_ms'],
    ['applinks_bearer_tokens', 'authorization_id'],
    ['applinks_bearer_tokens', 'successor_until_ms'],
  ]);
}
