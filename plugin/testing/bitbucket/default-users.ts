/** Who is there when a stand-in is not told: one of each kind that the resources tell apart. */
import type { User } from './state.js';

export const defaultUsers: readonly User[] = [
  { name: 'admin', password: 'sysadmin', admin: true, systemAdmin: true },
  { name: 'boss', password: 'boss', admin: true },
  { name: 'ana', password: 'ana', admin: false },
  { name: 'ben', password: 'ben', admin: false },
];
