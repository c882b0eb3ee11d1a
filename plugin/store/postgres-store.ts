/** The store for a cluster: PostgreSQL, by the optional peer `pg`. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Pool } from 'pg';
import { ApplinksError } from '../errors.js';
import type { Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlStore } from './sql-store.js';
import type { Store } from './store.js';

/** Any number that nothing else locks; it spells "applinks". */
const migrationLock = 0x6170706c;

const dialect: SqlDialect = {
  hasRowLocks: true,
  keyedTable: sql``,
  lockMigrations: async (db) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(db);
  },
};

/**
 * @param database connection URL, or a pool of the host's own, which stays open when the kit closes.
 * @throws ApplinksError `store_unavailable`, at first use, when `pg` is not installed.
 */
export function postgresStore(database: string | Pool): Store {
  const isOwn = typeof database === 'string';
  const pool = isOwn ? () => connect(database) : () => Promise.resolve(database);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return sqlStore(db, dialect, async () => {
    if (isOwn) await db.destroy();
  });
}

async function connect(connectionString: string): Promise<Pool> {
  try {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString });
    // An idle connection that breaks is replaced at the next use; unheard, its error would end the host's process.
    pool.on('error', () => undefined);
    return pool;
  } catch (cause) {
    throw new ApplinksError(
      'store_unavailable',
      500,
      'postgresStore() needs the package pg: npm install pg@8',
      {
        cause,
      },
    );
  }
}
