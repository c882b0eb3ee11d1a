/** What an administrator can set while the server runs. */
import { z } from 'zod';
import type { Database } from '../database.js';

export const executors = z.coerce
  .number('Enter a number.')
  .int('Enter a whole number.')
  .min(0, 'Use 0 (nothing is built) or more.')
  .max(64, 'Use 64 or less.');

const defaultExecutors = 2;

export interface Settings {
  /** How many builds run at once. */
  executors(): Promise<number>;
  setExecutors(count: number): Promise<void>;
  /** True for the one caller that may do something that happens once in the life of the database. */
  claimOnce(name: string): Promise<boolean>;
}

export function createSettings(database: Database): Settings {
  const insert = (name: string, value: string) => database.insertInto('ci_settings').values({ name, value });
  return {
    executors: async () => {
      const row = await database
        .selectFrom('ci_settings')
        .select('value')
        .where('name', '=', 'executors')
        .executeTakeFirst();
      return executors.catch(defaultExecutors).parse(row?.value ?? defaultExecutors);
    },
    setExecutors: async (count) => {
      const value = String(count);
      await insert('executors', value)
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
    claimOnce: async (name) => {
      const result = await insert(name, 'done')
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
  };
}
