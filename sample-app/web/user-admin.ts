/** Accounts, for administrators at a browser. */
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { newPassword, role, roles, userName, type User, type Users } from '../accounts/users.js';
import { HttpError, notFound } from './http-error.js';
import { idOf } from './lookup.js';
import type { CiParts } from './parts.js';

export interface UserAdminParts extends Pick<CiParts, 'config' | 'allow'> {
  users: Users;
  /** Ends the sessions of a user whose password was reset, or who was disabled. */
  endSessions: (userId: string) => Promise<void>;
  /** Takes back what a deleted user has granted to other applications. */
  revokeGrants: (userId: string) => Promise<void>;
}

const newUser = z.object({ name: userName, password: newPassword, role });
const text = z.string().catch('');
const textFields = z.object({ name: text, role: text }).catch({ name: '', role: '' });
const lastAdministrator =
  'Nobody could administer the server any more: make somebody else an administrator first.';

export function userAdminRoutes({ config, allow, users, endSessions, revokeGrants }: UserAdminParts): Router {
  const router = Router();
  const admin = allow('administer');
  const list = `${config.basePath}/users`;

  const userOf = async (req: Request): Promise<User> => {
    const user = await users.find(idOf(req));
    if (user === undefined) throw notFound('user');
    return user;
  };
  const showList = async (
    res: Response,
    fields: object,
    errors: Record<string, string> = {},
  ): Promise<void> => {
    const status = Object.keys(errors).length > 0 ? 400 : 200;
    res.status(status).render('users', { title: 'Users', users: await users.list(), roles, fields, errors });
  };
  const showUser = (res: Response, user: User, errors: Record<string, string> = {}): void => {
    const status = Object.keys(errors).length > 0 ? 400 : 200;
    res.status(status).render('user', { title: user.name, user, roles, errors });
  };

  router.get('/users', admin, (_req, res) => showList(res, { name: '', role: 'developer' }));

  router.post('/users', admin, async (req, res) => {
    const fields = textFields.parse(req.body);
    const input = newUser.safeParse(req.body);
    if (!input.success) return showList(res, fields, errorsOf(input.error));
    const { name, password, role: chosen } = input.data;
    const created = await users.create(name, password, chosen);
    if (created === undefined) return showList(res, fields, { name: 'Another user has this name.' });
    res.redirect(303, list);
  });

  router.get('/users/:id', admin, async (req, res) => showUser(res, await userOf(req)));

  router.post('/users/:id/role', admin, async (req, res) => {
    const user = await userOf(req);
    const input = z.object({ role }).safeParse(req.body);
    if (!input.success) {
      showUser(res, user, errorsOf(input.error));
      return;
    }
    if (!(await users.setRole(user.id, input.data.role))) throw new HttpError(409, lastAdministrator);
    res.redirect(303, list);
  });

  router.post('/users/:id/password', admin, async (req, res) => {
    const user = await userOf(req);
    const input = z.object({ password: newPassword }).safeParse(req.body);
    if (!input.success) {
      showUser(res, user, errorsOf(input.error));
      return;
    }
    await users.setPassword(user.id, input.data.password);
    await endSessions(user.id);
    res.redirect(303, list);
  });

  router.post('/users/:id/disabled', admin, async (req, res) => {
    const user = await userOf(req);
    if (!(await users.setDisabled(user.id, !user.disabled))) throw new HttpError(409, lastAdministrator);
    await endSessions(user.id);
    res.redirect(303, list);
  });

  router.get('/users/:id/delete', admin, async (req, res) => {
    const user = await userOf(req);
    res.render('confirm', {
      title: `Delete ${user.name}?`,
      text: 'The account is deleted for good, and with it everything that it has granted to other applications.',
      action: `${list}/${user.id}/delete`,
      back: `${list}/${user.id}`,
      button: 'Delete the user',
    });
  });

  router.post('/users/:id/delete', admin, async (req, res) => {
    const user = await userOf(req);
    if (!(await users.remove(user.id))) throw new HttpError(409, lastAdministrator);
    await endSessions(user.id);
    await revokeGrants(user.id);
    res.redirect(303, list);
  });
  return router;
}

function errorsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map(({ path, message }) => [String(path[0]), message]));
}
