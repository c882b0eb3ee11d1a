/** Tokens of people who are gone are dead for good: `token_rejected`, so that the peer drops them (AL 5.4, KIT). */
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';

/** @throws OAuthProblem `token_rejected`. */
export async function requireTokenOwner({ config }: Context, userId: string): Promise<HostUser> {
  return (await config.host.findUser(userId)) ?? rejectToken('the user of this token no longer exists');
}

export function rejectToken(reason: string): never {
  throw new OAuthProblem('token_rejected', {}, { reason });
}
