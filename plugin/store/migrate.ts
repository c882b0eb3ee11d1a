/**
 * Brings the database to the newest schema, in one transaction under a lock, so that of several processes that start
 * at once one migrates and the others find it done. A database that newer code has written is refused untouched.
 */
import { sql } from 'kysely';
import { ApplinksError } from '../errors.js';
import { migrations } from './migrations.js';
import type { Database } from './schema.js';
import type { SqlDialect } from './sql-dialect.js';

/** @throws ApplinksError `database_too_new` */
export async function migrate(db: Database, dialect: SqlDialect): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await dialect.lockMigrations(transaction);
    await sql`create table if not exists applinks_migrations (version integer primary key)`.execute(
      transaction,
    );
    const applied = await appliedVersion(transaction);
    if (applied > migrations.length) throw tooNew(applied);
    for (const [index, step] of migrations.entries()) {
      if (index < applied) continue;
      await step(transaction, dialect);
      await transaction
        .insertInto('applinks_migrations')
        .values({ version: index + 1 })
        .execute();
    }
  });
}

async function appliedVersion(db: Database): Promise<number> {
  const newest = await db
    .selectFrom('applinks_migrations')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst();
  return Number(newest?.version ?? 0);
}

function tooNew(applied: number): ApplinksError {
  return new ApplinksError(
    'database_too_new',
    500,
    `The database has schema version ${applied}, but this express-applinks knows versions up to ` +
      `${migrations.length}. Install the newer express-applinks again, or restore a backup from before its upgrade.`,
  );
}
