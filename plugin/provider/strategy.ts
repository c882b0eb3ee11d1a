/**
 * The same check as `authenticate()` for hosts that use passport: `passport.use('applinks', applinks.strategy())`.
 * Passport augments the strategy with the outcome functions for each request; only those are used of it.
 */
import type { Request } from 'express';
import { ApplinksError, OAuthChallenge, OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';
import { challenge, problemFields } from '../oauth1/problem.js';
import type { ApplinkCaller, Authenticator } from './authenticate.js';

/** The outcomes of passport's strategy contract. */
export interface PassportOutcomes {
  success(user: HostUser, info: ApplinkCaller): void;
  fail(challenge: string | number, status?: number): void;
  error(error: unknown): void;
}

export interface ApplinksStrategy {
  name: string;
  authenticate(this: PassportOutcomes, req: Request, options?: { scope?: string }): void;
}

/** Succeeds with the host's user and, as info, the caller, who is in `req.applink` too. */
export function createStrategy(authenticator: Authenticator, realm: string): ApplinksStrategy {
  return {
    name: 'applinks',
    authenticate(req, { scope } = {}) {
      authenticator(req, scope)
        .then((caller) => {
          if (caller.user === null) {
            this.fail(challenge(realm), 401);
            return;
          }
          req.applink = caller;
          this.success(caller.user, caller);
        })
        .catch((error: unknown) => refuse(this, realm, error));
    },
  };
}

function refuse(outcomes: PassportOutcomes, realm: string, error: unknown): void {
  if (error instanceof OAuthProblem) outcomes.fail(challenge(realm, problemFields(error)), error.status);
  else if (error instanceof OAuthChallenge) outcomes.fail(challenge(realm), error.status);
  else if (error instanceof ApplinksError && error.status < 500) outcomes.fail(error.status);
  else outcomes.error(error);
}
