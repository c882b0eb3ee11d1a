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

const foreignKeyViolation = /^(?:23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/;

/** A clash of ids is another matter: a mistake of the caller, who makes them at random. */
export function isConsumerKeyViolation(error: unknown): boolean {
  if (codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE') return true;
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined;
  return codeOf(error) === '23505' && constraint === 'applinks_credentials_consumer_key_key';
}

export const isForeignKeyViolation = (error: unknown): boolean => foreignKeyViolation.test(codeOf(error));

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
