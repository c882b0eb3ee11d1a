/** The account with which everything begins. It is made only while nobody could administer the server. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.js';
import { StartupError } from '../startup-error.js';
import type { Users } from './users.js';

export interface FirstAdministrator {
  name: string;
  /** Present when it was generated: shown to the operator once, and never kept. */
  generatedPassword: string | undefined;
}

/** @returns undefined when there is an administrator already. @throws StartupError when the name is taken. */
export async function ensureAdministrator(
  users: Users,
  { adminUser, adminPassword }: Pick<Config, 'adminUser' | 'adminPassword'>,
): Promise<FirstAdministrator | undefined> {
  if (await users.hasAdministrator()) return undefined;
  const generatedPassword = adminPassword === undefined ? randomBytes(15).toString('base64url') : undefined;
  const created = await users.create(adminUser, adminPassword ?? generatedPassword ?? '', 'administrator');
  if (created === undefined) {
    throw new StartupError(
      `No administrator can log in, and the name ${adminUser} is taken: set ADMIN_USER to a new name.`,
    );
  }
  return { name: created.name, generatedPassword };
}
