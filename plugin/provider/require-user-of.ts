/**
 * Routes that act for a user refuse applications in their own name: by a bare challenge, as if the level were off (AL 5.4),
 * or, for a bearer token, as one that does not suffice, since another try with it would end likewise (RFC 6750 3.1).
 */
import { OAuthChallenge } from '../errors.js';
import { BearerRefused } from '../oauth2-errors.js';
import type { HostUser } from '../host.js';
import type { ApplinkCaller } from './authenticate.js';

/** @throws OAuthChallenge, BearerRefused `insufficient_scope` */
export function requireUserOf({ user, scheme }: ApplinkCaller): HostUser {
  if (user) return user;
  if (scheme === 'oauth1') throw new OAuthChallenge({ reason: 'the route requires a user' });
  throw new BearerRefused('insufficient_scope', 'This resource needs a token that a user has authorized.');
}
