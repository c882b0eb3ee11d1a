/** Answers the questions that the kit asks its host (express-applinks, `Host`): accounts stay here. */
import type { Host, HostUser } from 'express-applinks';
import type { Config } from '../config.js';
import { isAllowed } from './permissions.js';
import { logOut } from './session.js';
import type { User, Users } from './users.js';

export function createHost(users: Users, { basePath }: Pick<Config, 'basePath'>): Host {
  const answer = (user: User | undefined): HostUser | null =>
    user === undefined ? null : { id: user.id, name: user.name };
  return {
    user: async (req) => {
      const { userId } = req.session;
      return userId === undefined ? null : answer(await users.findActive(userId));
    },
    findUser: async (id) => answer(await users.findActive(id)),
    findUserByName: async (name) => answer(await users.findActiveByName(name)),
    isAdmin: async ({ id }) => {
      const user = await users.findActive(id);
      return user !== undefined && isAllowed(user, 'administer');
    },
    // Only for the linking resources of the kit, which limits the tries: a peer's administrator proves to be one here.
    verifyPassword: async (name, password) => {
      const user = await users.verify(name, password);
      return answer(user && (await users.findActive(user.id)));
    },
    login: async (req, res, { returnTo, switchAccount = false }) => {
      if (switchAccount) await logOut(req);
      res.redirect(303, `${basePath}/login?returnTo=${encodeURIComponent(returnTo)}`);
    },
  };
}
