/**
 * The embedded store: one file, no service. WAL lets several processes read while one writes; the file is for its
 * owner only, since it holds who granted what to whom.
 */
import { Kysely, sql } from 'kysely';
import type { Tables } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlStore } from './sql-store.js';
import { sqliteDialect } from './sqlite-dialect.js';
import { sqliteHotReads } from './sqlite-hot-reads.js';
import type { Store } from './store.js';

const dialect: SqlDialect = {
  hasRowLocks: false,
  // Such a table is one tree instead of two, and a nonce is written in two thirds of the time.
  keyedTable: sql`without rowid`,
  // A transaction begins by taking the write lock.
  lockMigrations: () => Promise.resolve(),
  lockClaims: () => Promise.resolve(),
};

/** @param file path of the database; made with its folder when absent. */
export function sqliteStore(file: string): Store {
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file) });
  const hot = sqliteHotReads(db, file);
  const store = sqlStore(db, dialect, async () => {
    hot.close();
    await db.destroy();
  });
  return {
    ...store,
    links: { ...store.links, get: hot.getLink, findByConsumerKey: hot.findByConsumerKey },
    accessTokens: { ...store.accessTokens, get: hot.getAccessToken },
    authorizations: { ...store.authorizations, findByAccessToken: hot.findByAccessToken },
  };
}
