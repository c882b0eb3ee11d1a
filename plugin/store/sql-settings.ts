/** Values made once per installation. */
import type { Database } from './schema.js';
import type { SettingsStore } from './values.js';

export function sqlSettings(db: Database): SettingsStore {
  const get = async (name: string): Promise<string | undefined> => {
    const row = await db
      .selectFrom('applinks_settings')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.value;
  };
  return {
    get,
    putIfAbsent: async (name, value) => {
      await db
        .insertInto('applinks_settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return (await get(name)) ?? value;
    },
    replace: async (name, expected, value) => {
      const { numUpdatedRows } = await db
        .updateTable('applinks_settings')
        .set({ value })
        .where('name', '=', name)
        .where('value', '=', expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
