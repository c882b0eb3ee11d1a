/** Where SQLite and PostgreSQL differ for the verbs of the store, and how their refusals are told apart. */
import type { RawBuilder, Transaction } from 'kysely';
import type { Tables } from './schema.js';

export interface SqlDialect {
  /** PostgreSQL locks rows; SQLite has one writer at a time. */
  hasRowLocks: boolean;
  /** What follows the definition of a table that is read and written by its primary key only. */
  keyedTable: RawBuilder<unknown>;
  /** Keeps other processes from migrating until the transaction ends. */
  lockMigrations: (transaction: Transaction<Tables>) => Promise<void>;
}

const uniqueViolation = /^(?:23505|SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY))$/;
const foreignKeyViolation = /^(?:23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/;

export const isUniqueViolation = (error: unknown): boolean => uniqueViolation.test(codeOf(error));
export const isForeignKeyViolation = (error: unknown): boolean => foreignKeyViolation.test(codeOf(error));

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
