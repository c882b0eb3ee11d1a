/**
 * Numbered changes of the schema, applied once each and in order at start. Statements are idempotent, and servers
 * that start at once on one PostgreSQL wait for each other; a database that a newer release has changed is refused.
 */
import { sql, type Kysely } from 'kysely';
import { StartupError } from './startup-error.js';
import type { Tables } from './tables.js';

const migrations: readonly (readonly string[])[] = [
  [
    `create table if not exists ci_settings (name text primary key, value text not null)`,
    `create table if not exists ci_users (
      id text primary key, name text not null unique, password_hash text not null, role text not null,
      disabled integer not null default 0, created_at_ms bigint not null)`,
    `create table if not exists ci_sessions (
      id_hash text primary key, user_id text, data text not null, expires_at_ms bigint not null)`,
    `create index if not exists ci_sessions_user on ci_sessions (user_id)`,
    `create index if not exists ci_sessions_expiry on ci_sessions (expires_at_ms)`,
    `create table if not exists ci_jobs (
      id text primary key, name text not null unique, description text not null, git_url text not null,
      branch text not null, script text, environment text not null, parameters text not null,
      time_limit_s integer not null, enabled integer not null, demonstration integer not null default 0,
      created_at_ms bigint not null)`,
    `create table if not exists ci_builds (
      id text primary key, job_id text not null references ci_jobs (id) on delete cascade, number integer not null,
      status text not null, parameters text not null, started_by_id text not null, started_by_name text not null,
      via text, commit_id text, reason text, stop_requested_by text, queued_at_ms bigint not null,
      started_at_ms bigint, finished_at_ms bigint, server_id text, lease_expires_at_ms bigint,
      unique (job_id, number))`,
    `create index if not exists ci_builds_status on ci_builds (status, queued_at_ms)`,
  ],
];

const advisoryLock = 8_710_233;

/** @throws StartupError when the database is newer than this code. */
export async function migratePostgres(database: Kysely<Tables>): Promise<void> {
  await database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${advisoryLock})`.execute(connection);
    await migrate(connection).finally(() =>
      sql`select pg_advisory_unlock(${advisoryLock})`.execute(connection),
    );
  });
}

/** @throws StartupError when the database is newer than this code. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists ci_migrations (version integer primary key)`.execute(database);
  const applied = await database.selectFrom('ci_migrations').select('version').execute();
  const newest = Math.max(0, ...applied.map(({ version }) => version));
  if (newest > migrations.length) {
    throw new StartupError(
      `The database is at version ${newest}, but this release knows only ${migrations.length}: start the release that wrote it, or restore a backup.`,
    );
  }
  for (const [index, statements] of migrations.entries()) {
    if (index < newest) continue;
    for (const statement of statements) await sql.raw(statement).execute(database);
    await database
      .insertInto('ci_migrations')
      .values({ version: index + 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
