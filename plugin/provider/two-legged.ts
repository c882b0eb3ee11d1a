/**
 * Requests without a user's token (applinks-oauth1.md 5.3, 5.4, 6.6): 2LO runs as the link's executing user, or as
 * nobody; 2LOi as the user that the peer names. What an attacker with a peer's key tries: to become an administrator,
 * or anonymous by a name that does not exist. So a level that is off gets a bare challenge, an unknown name is refused,
 * and an administrator is never acted for unless the option that is named insecure says so.
 */
import type { Context } from '../context.js';
import { OAuthChallenge, OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Message } from '../oauth1/message.js';
import type { Consumer } from './consumer.js';

/** The user to run as, null for nobody. @throws OAuthChallenge, OAuthProblem `permission_denied`, `parameter_rejected` */
export async function requireTwoLegged(
  context: Context,
  message: Message,
  consumer: Consumer,
): Promise<HostUser | null> {
  const requestor = message.get('xoauth_requestor_id');
  return requestor === undefined
    ? executingUser(context, consumer)
    : impersonated(context, consumer, requestor);
}

async function executingUser({ config }: Context, { link }: Consumer): Promise<HostUser | null> {
  const { twoLegged, executingUserId } = link.levels;
  if (!twoLegged) throw new OAuthChallenge({ reason: 'two-legged requests are switched off for this link' });
  if (executingUserId === null) return null;
  const user = await config.host.findUser(executingUserId);
  if (!user) return deny('the executing user of this link does not exist any more');
  if (await config.host.isAdmin(user)) return deny('the executing user of this link is an administrator');
  return user;
}

async function impersonated({ config }: Context, { link }: Consumer, name: string): Promise<HostUser> {
  const { host, allowImpersonation, allowInsecureAdminImpersonation } = config;
  if (!allowImpersonation || !link.levels.impersonation)
    throw new OAuthChallenge({ reason: 'impersonation is switched off for this link' });
  const user = name === '' ? null : await host.findUserByName?.(name);
  if (!user) return deny('the user named by xoauth_requestor_id does not exist');
  if (!allowInsecureAdminImpersonation && (await host.isAdmin(user)))
    return deny('the user named by xoauth_requestor_id is an administrator');
  return user;
}

function deny(reason: string): never {
  throw new OAuthProblem('permission_denied', {}, { reason });
}
