/**
 * Who asks, and how: an application link in a user's name, or the user's own session. Verified credentials win, signed
 * or bearer, and the cookie is then not looked at; wrong ones are refused, whatever the cookie says. The user's own role
 * decides in both cases; a link adds no permission, so an application in its own name, without a user, has none.
 */
import { Router, type Request, type RequestHandler } from 'express';
import type { Applinks } from 'express-applinks';
import { csrfToken } from '../accounts/csrf.js';
import { isAllowed, type Permission } from '../accounts/permissions.js';
import type { User, Users } from '../accounts/users.js';
import type { Config } from '../config.js';
import { HttpError } from './http-error.js';
import { prefersHtml } from './negotiation.js';

export interface Caller {
  user: User;
  /** Name of the application link; null: the user's own session. */
  via: string | null;
}

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller | undefined;
  }
}

/** Sets `req.caller`, and what the layout of every page shows of it. */
export function identifyCaller(
  applinks: Pick<Applinks, 'authenticate'>,
  users: Pick<Users, 'findActive'>,
): Router {
  // What every token may do, whatever its scopes: the least that is offered says so.
  const reading = applinks.authenticate({ optional: true });
  const acting = applinks.authenticate({ scope: 'build', optional: true });
  const router = Router();
  router.use((req, res, next) => (req.method === 'POST' ? acting : reading)(req, res, next));
  router.use(async (req, res, next) => {
    const userId = req.applink ? req.applink.user?.id : req.session.userId;
    const user = userId === undefined ? undefined : await users.findActive(userId);
    req.caller = user && { user, via: req.applink?.link.name ?? null };
    res.locals.caller = req.caller;
    res.locals.csrfToken = () => csrfToken(req);
    next();
  });
  return router;
}

export function requirePermission({
  basePath,
  baseUrl,
}: Pick<Config, 'basePath' | 'baseUrl'>): (permission: Permission) => RequestHandler {
  return (permission) => (req, res, next) => {
    if (req.caller === undefined) {
      if (req.method === 'GET' && prefersHtml(req)) {
        res.redirect(303, `${basePath}/login?returnTo=${encodeURIComponent(req.originalUrl)}`);
        return;
      }
      res.set('WWW-Authenticate', [`OAuth realm="${baseUrl}"`, `Bearer realm="${baseUrl}"`]);
      throw new HttpError(401, 'Log in, or call through an application link.');
    }
    if (!isAllowed(req.caller.user, permission)) {
      throw new HttpError(403, `The user ${req.caller.user.name} is not allowed to do this.`);
    }
    // Administration is done by a person at a browser; the token of an application link is no good for it.
    if (permission === 'administer' && req.caller.via !== null) {
      throw new HttpError(403, 'This cannot be done through an application link.');
    }
    next();
  };
}

/** The caller of a route behind requirePermission(). */
export function callerOf(req: Request): Caller {
  if (req.caller === undefined) throw new HttpError(401, 'Log in first.');
  return req.caller;
}
