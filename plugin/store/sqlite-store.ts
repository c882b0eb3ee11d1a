/**
 * The embedded store: one file, no service. WAL lets several processes read while one writes; the file is for its
 * owner only, since it holds who granted what to whom.
 */
import { chmodSync, mkdirSync, openSync, closeSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
} from 'kysely';
import Libsql from 'libsql';
import type { Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlStore } from './sql-store.js';
import { sqliteHotReads } from './sqlite-hot-reads.js';
import type { Store } from './store.js';

/** How long a writer waits for another process. */
const busyTimeoutMs = 10_000;

const dialect: SqlDialect = {
  hasRowLocks: false,
  // The transaction that migrates began by taking the write lock.
  lockMigrations: () => Promise.resolve(),
};

/** @param file path of the database; made with its folder when absent. */
export function sqliteStore(file: string): Store {
  const db = new Kysely<Tables>({ dialect: libsqlDialect(() => openDatabase(file)) });
  const hot = sqliteHotReads(db, () => openDatabase(file));
  const store = sqlStore(db, dialect, async () => {
    hot.close();
    await db.destroy();
  });
  return {
    ...store,
    links: { ...store.links, findByConsumerKey: hot.findByConsumerKey },
    accessTokens: { ...store.accessTokens, get: hot.getAccessToken },
  };
}

function openDatabase(file: string): Libsql.Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new Libsql(file);
  for (const pragma of [
    `busy_timeout = ${busyTimeoutMs}`,
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'foreign_keys = ON',
  ]) {
    database.pragma(pragma);
  }
  return database;
}

/** A transaction takes the write lock when it begins: one that reads first could not upgrade later, but fail. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

function libsqlDialect(open: () => Libsql.Database): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateSqliteDriver({ database: () => Promise.resolve(open()) }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
