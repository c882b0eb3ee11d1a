/** A row whose link, credential or connection is gone is not written; the caller is told so by `false`. */
import type { Database } from './schema.js';
import { isForeignKeyViolation } from './sql-dialect.js';

export async function falseWithoutParent(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  }
}

/**
 * For a transaction that ends in a row of this credential: locked first, in the order in which a deletion of the
 * credential locks, so that the two never wait in a ring. For dialects with row locks.
 */
export async function lockCredential(db: Database, id: string): Promise<void> {
  await db.selectFrom('applinks_credentials').select('id').where('id', '=', id).forKeyShare().execute();
}
