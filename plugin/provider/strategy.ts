/**
 * The same check as `authenticate()` for hosts that use passport: `passport.use('applinks', applinks.strategy())`.
 * Passport augments the strategy with the outcome functions for each request; only those are used of it.
 */
import type { Request } from 'express';
import { ApplinksError, OAuthChallenge, OAuthProblem } from '../errors.js';
import { BearerRefused } from '../oauth2-errors.js';
import type { HostUser } from '../host.js';
import { challengesOf } from '../http/oauth-answer.js';
import { setNoStore } from '../http/security-headers.js';
import { challenge, problemFields } from '../oauth1/problem.js';
import type { ApplinkCaller, Authenticator } from './authenticate.js';
import { requireUserOf } from './require-user-of.js';

interface StrategyOptions {
  /** The token must include this scope, else 403. */
  scope?: string;
  /** Must be false: a signed call must not leave a login behind that outlives its token. */
  session?: boolean;
}

/** The outcomes of passport's strategy contract. */
export interface PassportOutcomes {
  success(user: HostUser, info: ApplinkCaller): void;
  fail(challenge: string | number, status?: number): void;
  error(error: unknown): void;
}

export interface ApplinksStrategy {
  name: string;
  authenticate(this: PassportOutcomes, req: Request, options?: StrategyOptions): void;
}

/**
 * Succeeds with the host's user and, as info, the caller, who is in `req.applink` too. Use it with
 * `passport.authenticate('applinks', { session: false })`; without `session: false` it ends in an error that says so.
 */
export function createStrategy(authenticator: Authenticator, realm: string): ApplinksStrategy {
  return {
    name: 'applinks',
    authenticate(req, { scope, session } = {}) {
      if (session !== false) {
        this.error(sessionRefused());
        return;
      }
      authenticator(req, scope)
        .then((caller) => {
          const user = requireUserOf(caller);
          req.applink = caller;
          this.success(user, caller);
        })
        .catch((error: unknown) => refuse(this, req, realm, error));
    },
  };
}

function refuse(outcomes: PassportOutcomes, req: Request, realm: string, error: unknown): void {
  if (error instanceof OAuthProblem)
    failWith(outcomes, req, challenge(realm, problemFields(error)), error.status);
  else if (error instanceof OAuthChallenge || error instanceof BearerRefused)
    failWith(outcomes, req, challengesOf(realm, error).join(', '), error.status);
  else if (error instanceof ApplinksError && error.status < 500) outcomes.fail(error.status);
  else outcomes.error(error);
}

/** Passport sends the challenge with 401 only; a peer looks for it in every answer (AL 5.4). */
function failWith(outcomes: PassportOutcomes, { res }: Request, header: string, status: number): void {
  if (res) {
    setNoStore(res);
    if (status !== 401) res.setHeader('WWW-Authenticate', header);
  }
  outcomes.fail(header, status);
}

function sessionRefused(): ApplinksError {
  return new ApplinksError(
    'invalid_options',
    500,
    "The applinks strategy needs passport.authenticate('applinks', { session: false }): a signed call must not log anybody in.",
  );
}
