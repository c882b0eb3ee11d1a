/**
 * `authenticate()`: protects a route of the host with link credentials. A header that is present but invalid is
 * refused even if a session cookie would do; a cookie is never looked at here (rule "Public API" of design.md).
 */
import type { RequestHandler } from 'express';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { EndpointFactory } from '../http/handler.js';
import { isOAuthHeader } from '../oauth1/authorization-header.js';
import { isBearerHeader } from '../oauth2/bearer.js';
import type { Authenticator } from './authenticate.js';
import { requireUserOf } from './require-user-of.js';

export interface AuthenticateOptions {
  /** The token must include this scope, else 403. */
  scope?: string;
  /** `optional` lets applications call in their own name (no user). Default `required`. */
  user?: 'required' | 'optional';
  /** Lets requests without an OAuth or bearer header pass, with `req.applink` undefined: for routes that know sessions too. */
  optional?: boolean;
}

export function createAuthenticateMiddleware(
  { config }: Pick<Context, 'config'>,
  authenticator: Authenticator,
  endpoints: EndpointFactory,
) {
  return ({ scope, user = 'required', optional = false }: AuthenticateOptions = {}): RequestHandler => {
    requireKnownScope(config.scopes, scope);
    return (req, res, next) => {
      const { authorization } = req.headers;
      if (optional && !isOAuthHeader(authorization) && !isBearerHeader(authorization)) {
        next();
        return;
      }
      endpoints('oauth', 'resource', async () => {
        const caller = await authenticator(req, scope);
        if (user === 'required') requireUserOf(caller);
        req.applink = caller;
        next();
      })(req, res, next);
    };
  };
}

function requireKnownScope(scopes: Readonly<Record<string, string>>, scope: string | undefined): void {
  if (scope === undefined || scope in scopes) return;
  const known = Object.keys(scopes).join(', ') || 'none is defined';
  throw new ApplinksError(
    'invalid_options',
    500,
    `authenticate() asks for the scope ${scope}, which createApplinks({ scopes }) does not define (${known}).`,
  );
}
