/** A row whose link, credential or connection is gone is not written; the caller is told so by `false`. */
import { isForeignKeyViolation } from './sql-dialect.js';

export async function falseWithoutParent(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  }
}
