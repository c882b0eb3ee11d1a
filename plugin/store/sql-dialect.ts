/** Where SQLite and PostgreSQL differ for the verbs of the store, and how their refusals are told apart. */
import type { Lock } from './migrate.js';

export interface SqlDialect {
  /** PostgreSQL locks rows; SQLite has one writer at a time. */
  hasRowLocks: boolean;
  /** Keeps other processes from migrating until the transaction ends. */
  lockMigrations: Lock;
}

const uniqueViolation = /^(?:23505|SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY))$/;
const foreignKeyViolation = /^(?:23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/;

export const isUniqueViolation = (error: unknown): boolean => uniqueViolation.test(codeOf(error));
export const isForeignKeyViolation = (error: unknown): boolean => foreignKeyViolation.test(codeOf(error));

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
