/**
 * Login form and logout. A wrong name and a wrong password get the same answer in the same time. The form may lead to
 * ourselves only (browser-headers.ts), and browsers hold every redirect behind it to that: so the way to a page of the
 * kit that may send the browser on to a peer goes over a page of its own.
 */
import { Router, type Request } from 'express';
import { z } from 'zod';
import type { Config } from '../config.js';
import { requireCsrfToken, requireSameOrigin } from './csrf.js';
import type { LoginLimit } from './login-limit.js';
import { safeReturnPath } from './return-path.js';
import { logIn, logOut } from './session.js';
import type { Users } from './users.js';

const credentials = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[^\0]{1,64}$/),
  password: z.string().min(1).max(256),
  returnTo: z.string().optional(),
});

export interface LoginParts {
  config: Pick<Config, 'baseUrl' | 'basePath'>;
  users: Users;
  limit: LoginLimit;
}

export function loginRoutes({ config, users, limit }: LoginParts): Router {
  const router = Router();
  const showForm = (req: Request): object => ({
    title: 'Log in',
    returnTo: safeReturnPath(req.query.returnTo, config.basePath),
    name: '',
    error: null,
  });

  router.get('/login', (req, res) => res.render('login', showForm(req)));

  router.post('/login', requireSameOrigin(config), async (req, res) => {
    const input = credentials.safeParse(req.body);
    const { name = '', password = '', returnTo } = input.data ?? {};
    const page = { ...showForm(req), returnTo: safeReturnPath(returnTo, config.basePath), name };
    const address = req.ip ?? '';
    const waitSeconds = await limit.retryAfterSeconds(address, name);
    if (waitSeconds > 0) {
      const error = `Too many failed attempts. Try again in ${Math.ceil(waitSeconds / 60)} minutes.`;
      res
        .status(429)
        .set('Retry-After', String(waitSeconds))
        .render('login', { ...page, error });
      return;
    }
    await limit.fail(address, name);
    const user = await users.verify(name, password);
    if (user === undefined) {
      res.status(401).render('login', { ...page, error: 'The name or the password is wrong.' });
      return;
    }
    await limit.succeed(address, name);
    await logIn(req, user.id);
    if (mayLeadToPeer(page.returnTo))
      res.render('logged-in', { title: 'Logged in', returnTo: page.returnTo });
    else res.redirect(303, page.returnTo);
  });

  router.post('/logout', requireCsrfToken(config), async (req, res) => {
    await logOut(req);
    res.redirect(303, `${config.basePath}/`);
  });
  return router;
}

/** The authorization endpoint of OAuth 2.0, and where accounts at peers are connected. */
function mayLeadToPeer(path: string): boolean {
  return /\/oauth2\/(?:latest\/)?authorize\?|\/applinks\/connect\//.test(path);
}
