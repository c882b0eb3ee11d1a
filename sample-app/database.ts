/**
 * One database for accounts, sessions, jobs and builds, in which the kit keeps its tables too: SQLite in the data
 * folder, or PostgreSQL when DATABASE_URL says so. Code above uses Kysely and statements that mean the same on both.
 *
 * The kit has a connection of its own to the same SQLite file; its `sqliteDialect` lets the two wait for each other.
 */
import { sqliteDialect } from 'express-applinks';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { migrate, migratePostgres } from './migrations.js';
import { StartupError, systemReason } from './startup-error.js';
import type { Tables } from './tables.js';

export type Database = Kysely<Tables>;

/** @throws StartupError when the database cannot be opened or is newer than this code. */
export async function openDatabase(sqliteFile: string, url: string | undefined): Promise<Database> {
  const database =
    url === undefined ? new Kysely<Tables>({ dialect: sqliteDialect(sqliteFile) }) : openPostgres(url);
  try {
    await (url === undefined ? migrate(database) : migratePostgres(database));
    return database;
  } catch (error) {
    await database.destroy();
    if (error instanceof StartupError) throw error;
    const place = url === undefined ? `SQLite file ${sqliteFile}` : 'PostgreSQL database of DATABASE_URL';
    throw new StartupError(
      `The ${place} cannot be used (${systemReason(error)}): see that it exists and that this user may write it.`,
      error,
    );
  }
}

function openPostgres(connectionString: string): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 10_000, types });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // So would one that dies while a statement runs on it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
