/** Who may do what (applinks-oauth1.md 10.2): a system administrator is an administrator too. */
import type { User } from '../state.js';

export const isSystemAdmin = (user: User): boolean => user.systemAdmin === true;
