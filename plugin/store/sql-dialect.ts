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
  /** Lets one process at a time claim deliveries until the transaction ends: what is claimed depends on other rows. */
  lockClaims: (transaction: Transaction<Tables>) => Promise<void>;
}

const foreignKeyViolation = /^(?:23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/;

/** A clash of ids is another matter: a mistake of the caller, who makes them at random. */
export const isConsumerKeyViolation = (error: unknown): boolean =>
  isViolationOf(error, 'applinks_credentials_consumer_key_key', 'applinks_credentials.consumer_key');

export const isApplicationIdViolation = (error: unknown): boolean =>
  isViolationOf(error, 'applinks_links_application_id', 'applinks_links.application_id');

/** PostgreSQL names the constraint, SQLite the column. */
function isViolationOf(error: unknown, constraint: string, column: string): boolean {
  if (!(error instanceof Error)) return false;
  if (codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE') return error.message.includes(column);
  return codeOf(error) === '23505' && 'constraint' in error && error.constraint === constraint;
}

export const isForeignKeyViolation = (error: unknown): boolean => foreignKeyViolation.test(codeOf(error));

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
