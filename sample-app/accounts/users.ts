/**
 * Who may use this server. Ids are never reused, so that a grant given by a deleted user can't pass to a new one of
 * the same name. There is always one administrator left who can log in.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../database.js';
import type { Role } from '../tables.js';
import { hashPassword, isPasswordRight } from './passwords.js';

export const roles = ['administrator', 'developer', 'reader'] as const satisfies readonly Role[];

export const userName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'Use 1 to 64 letters, digits, dots, hyphens or underscores.');
export const newPassword = z
  .string()
  .min(8, 'Use at least 8 characters.')
  .max(256, 'Use at most 256 characters.');
export const role = z.enum(roles, 'Choose one of the roles.');

export interface User {
  id: string;
  name: string;
  role: Role;
  disabled: boolean;
}

export interface Users {
  list(): Promise<User[]>;
  /** The user with this id, a disabled one too. */
  find(id: string): Promise<User | undefined>;
  /** The user if they exist and may log in. */
  findActive(id: string): Promise<User | undefined>;
  findActiveByName(name: string): Promise<User | undefined>;
  /** undefined when the name is taken. */
  create(name: string, password: string, role: Role): Promise<User | undefined>;
  verify(name: string, password: string): Promise<User | undefined>;
  setPassword(id: string, password: string): Promise<void>;
  /** These three are false when nobody would be left to administer the server. */
  setRole(id: string, role: Role): Promise<boolean>;
  setDisabled(id: string, disabled: boolean): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  hasAdministrator(): Promise<boolean>;
}

const columns = ['id', 'name', 'role', 'disabled'] as const;

export function createUsers(database: Database, clock: () => number = Date.now): Users {
  const read = (): ReturnType<typeof select> => select(database);
  const otherAdministrators = (id: string) =>
    database
      .selectFrom('ci_users')
      .select('id')
      .where('role', '=', 'administrator')
      .where('disabled', '=', 0)
      .where('id', '<>', id);
  const active = async (column: 'id' | 'name', value: string): Promise<User | undefined> => {
    const row = await read().where(column, '=', value).where('disabled', '=', 0).executeTakeFirst();
    return row && toUser(row);
  };
  return {
    list: async () => (await read().orderBy('name').execute()).map(toUser),
    find: async (id) => {
      const row = await read().where('id', '=', id).executeTakeFirst();
      return row && toUser(row);
    },
    findActive: (id) => active('id', id),
    findActiveByName: (name) => active('name', name.toLowerCase()),
    create: async (name, password, newRole) => {
      const row = await database
        .insertInto('ci_users')
        .values({
          id: randomUUID(),
          name: name.toLowerCase(),
          password_hash: await hashPassword(password),
          role: newRole,
          disabled: 0,
          created_at_ms: clock(),
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning(columns)
        .executeTakeFirst();
      return row && toUser(row);
    },
    verify: async (name, password) => {
      const row = await database
        .selectFrom('ci_users')
        .select([...columns, 'password_hash'])
        .where('name', '=', name.toLowerCase())
        .where('disabled', '=', 0)
        .executeTakeFirst();
      const isRight = await isPasswordRight(password, row?.password_hash);
      return row && isRight ? toUser(row) : undefined;
    },
    setPassword: async (id, password) => {
      const password_hash = await hashPassword(password);
      await database.updateTable('ci_users').set({ password_hash }).where('id', '=', id).execute();
    },
    setRole: async (id, newRole) => {
      const update = database.updateTable('ci_users').set({ role: newRole }).where('id', '=', id);
      const guarded =
        newRole === 'administrator' ? update : update.where((where) => where.exists(otherAdministrators(id)));
      return (await guarded.executeTakeFirst()).numUpdatedRows === 1n;
    },
    setDisabled: async (id, disabled) => {
      const update = database
        .updateTable('ci_users')
        .set({ disabled: disabled ? 1 : 0 })
        .where('id', '=', id);
      const guarded = disabled ? update.where((where) => where.exists(otherAdministrators(id))) : update;
      return (await guarded.executeTakeFirst()).numUpdatedRows === 1n;
    },
    remove: async (id) => {
      const removal = database.deleteFrom('ci_users').where('id', '=', id);
      const guarded = removal.where((where) => where.exists(otherAdministrators(id)));
      return (await guarded.executeTakeFirst()).numDeletedRows === 1n;
    },
    hasAdministrator: async () => (await otherAdministrators('').limit(1).execute()).length === 1,
  };
}

function select(database: Database) {
  return database.selectFrom('ci_users').select(columns);
}

function toUser(row: { id: string; name: string; role: Role; disabled: number }): User {
  return { id: row.id, name: row.name, role: row.role, disabled: row.disabled === 1 };
}
