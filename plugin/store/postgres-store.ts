/** The store for a cluster: PostgreSQL, by the optional peer `pg`. */
import { Kysely, PostgresDialect, sql, type PostgresPool } from 'kysely';
import { ApplinksError } from '../errors.js';
import { outliving, type PgPool } from './postgres-pool.js';
import type { Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlStore } from './sql-store.js';
import type { Store } from './store.js';

/** Any numbers that nothing else locks; the first spells "applinks". */
const migrationLock = 0x6170706c;
const claimLock = migrationLock + 1;
const connectionTimeoutMillis = 10_000;

const dialect: SqlDialect = {
  hasRowLocks: true,
  keyedTable: sql``,
  lockMigrations: async (db) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(db);
  },
  lockClaims: async (db) => {
    await sql`select pg_advisory_xact_lock(${claimLock})`.execute(db);
  },
};

/**
 * @param database connection URL, or a pool of the host's own, which stays open when the kit closes.
 * @throws ApplinksError `store_unavailable`, at first use, when `pg` is not installed.
 */
export function postgresStore(database: string | PgPool): Store {
  const isOwn = typeof database === 'string';
  const pool = async (): Promise<PostgresPool> => outliving(isOwn ? await connect(database) : database);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return sqlStore(db, dialect, async () => {
    if (isOwn) await db.destroy();
  });
}

async function connect(connectionString: string): Promise<PgPool> {
  const { default: pg } = await loadPg();
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis });
  // An idle connection that breaks is replaced at the next use.
  pool.on('error', () => undefined);
  return pool;
}

async function loadPg() {
  try {
    return await import('pg');
  } catch (cause) {
    throw new ApplinksError(
      'store_unavailable',
      500,
      'postgresStore() needs the package pg: npm install pg@8',
      { cause },
    );
  }
}
