/**
 * The questions that the kit asks the host application. The host keeps accounts, sessions and permissions;
 * the kit never sees a password except in the peers' password flow.
 */
import type { Request, Response } from 'express';

export interface HostUser {
  /** Stable and unique; stored with every grant. */
  id: string;
  /** Login name, shown on pages. */
  name: string;
  displayName?: string;
}

type Answer<T> = T | Promise<T>;

export interface Host {
  /** Who is logged in by the host's session; null for nobody. Never reads OAuth credentials. */
  user(req: Request): Answer<HostUser | null>;
  /** The user with this id if they still exist and may log in. */
  findUser(id: string): Answer<HostUser | null>;
  findUserByName?(name: string): Answer<HostUser | null>;
  /** May this user administer application links? */
  isAdmin(user: HostUser): Answer<boolean>;
  /**
   * Sends the browser to log in and back to `returnTo`, a path on the host's own origin that begins with one slash.
   * `switchAccount`: the user wants to continue as somebody else, so an existing session is not enough.
   */
  login(req: Request, res: Response, options: { returnTo: string; switchAccount?: boolean }): Answer<void>;
  verifyPassword?(name: string, password: string): Answer<HostUser | null>;
}
