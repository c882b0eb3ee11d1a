/**
 * Who calls? What `authenticate()` and `strategy()` share (design.md, Public API). Credentials come from the
 * `Authorization` header only: what merely looks like credentials in a query or form neither authenticates nor exempts
 * from anything (SECURITY-3434). The scheme of the header decides which protocol checks them.
 */
import type { Request } from 'express';
import type { Context } from '../context.js';
import { ApplinksError, CredentialsMissing } from '../errors.js';
import { emitRejection, startAttempt } from '../http/attempt.js';
import type { RawBodies } from '../http/raw-body.js';
import { BearerRefused } from '../oauth2-errors.js';
import { isOAuthHeader } from '../oauth1/authorization-header.js';
import { isBearerHeader } from '../oauth2/bearer.js';
import { createNoteKeeper } from '../store/note-keeper.js';
import type { Consumers } from './consumer.js';
import type { AttemptNotes } from './oauth2/attempt-notes.js';
import { authenticateBearer, type BearerCaller } from './oauth2/bearer-caller.js';
import { authenticateSigned, type SignedCaller } from './signed-caller.js';

/** As `req.applink`. */
export type ApplinkCaller = SignedCaller | BearerCaller;

/** Resolves who sent this request, and provides `req.body` when it had to be read. @throws OAuthProblem, OAuthChallenge, BearerRefused, ApplinksError `forbidden` */
export type Authenticator = (req: Request, scope: string | undefined) => Promise<ApplinkCaller>;

export function createAuthenticator(
  context: Context,
  consumers: Consumers,
  rawBodies: RawBodies,
  notes: AttemptNotes,
): Authenticator {
  const noteTwoLegged = createNoteKeeper(context, 'incoming_used');
  return async (req, scope) => {
    const attempt = startAttempt('resource', req);
    try {
      const { authorization } = req.headers;
      if (!isBearerHeader(authorization) && !isOAuthHeader(authorization))
        throw new CredentialsMissing({ reason: 'no credentials' });
      const caller = isBearerHeader(authorization)
        ? await authenticateBearer({ context, rawBodies, notes }, req, authorization)
        : await authenticateSigned({ context, rawBodies, consumers, noteTwoLegged }, req, attempt);
      requireScope(caller, scope);
      return caller;
    } catch (error) {
      emitRejection(context, attempt, error);
      throw error;
    }
  };
}

function requireScope({ scopes, link, scheme }: ApplinkCaller, scope: string | undefined): void {
  if (scope === undefined || scopes.includes(scope)) return;
  if (scheme === 'oauth2')
    throw new BearerRefused(
      'insufficient_scope',
      'The token does not include the scope of this resource.',
      scope,
    );
  throw new ApplinksError('forbidden', 403, `The token of ${link.name} does not include the scope ${scope}.`);
}
