/** What each role may do, as one table. Whoever is not listed may not. */
import type { Role } from '../tables.js';

const table = {
  /** Jobs, builds, logs. */
  see: ['administrator', 'developer', 'reader'],
  /** Start, stop and rebuild. */
  build: ['administrator', 'developer'],
  /** Jobs (their repository, script and environment), users, settings, application links. */
  administer: ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof table;

export function isAllowed({ role }: { role: Role }, permission: Permission): boolean {
  return (table[permission] as readonly Role[]).includes(role);
}
