/** Indexes of a migration: one column each, named after table and column. */
import { sql } from 'kysely';
import type { Database, Tables } from './schema.js';

export async function createIndexes(
  db: Database,
  indexes: readonly (readonly [table: keyof Tables, column: string])[],
): Promise<void> {
  for (const [table, column] of indexes) {
    await sql`create index ${sql.ref(`${table}_${column}`)} on ${sql.table(table)} (${sql.ref(column)})`.execute(
      db,
    );
  }
}
