/** Who is at the browser: asked of the host, with the login in between where a page needs somebody. */
import type { Request, Response } from 'express';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { HostUser } from '../host.js';
import { returnPath } from './public-url.js';

/** The logged-in user of a page. Sends anonymous ones to log in and returns null then: the answer is given. */
export async function userOrLogin(
  { config }: Context,
  req: Request,
  res: Response,
): Promise<HostUser | null> {
  const user = await config.host.user(req);
  if (user === null) await config.host.login(req, res, { returnTo: returnPath(config, req) });
  return user;
}

/** @throws ApplinksError `login_required` (401): for handlers of forms and JSON, which cannot log in on the way. */
export async function requireUser({ config }: Context, req: Request): Promise<HostUser> {
  const user = await config.host.user(req);
  if (user === null) throw new ApplinksError('login_required', 401, 'User not logged in.');
  return user;
}

/** @throws ApplinksError `forbidden` (403). */
export async function requireAdmin({ config }: Context, user: HostUser): Promise<void> {
  if (!(await config.host.isAdmin(user))) {
    throw new ApplinksError('forbidden', 403, 'Only an administrator may see and change application links.');
  }
}
