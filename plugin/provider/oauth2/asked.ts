/**
 * An authorization request that has passed all checks, and how what is refused gets to where it belongs: to a page of ours
 * while it is not known where else, then to the client (RFC 6749 section 4.1.2.1, RFC 9207; oauth2.md part 6, rows 3, 5, 12
 * and 13). An attacker would have it the other way round, and the browser sent to him.
 */
import type { Request, Response } from 'express';
import type { Context } from '../../context.js';
import { emitRejection, startAttempt } from '../../http/attempt.js';
import { setNoStore } from '../../http/security-headers.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import { readParameters, type RequestParameters } from '../../oauth2/parameters.js';
import { redirectWith } from '../../oauth2/redirect-uri.js';
import type { AttemptNotes } from './attempt-notes.js';
import { requireAuthorizationRequest, type AuthorizationRequest } from './authorization-request.js';
import { requireRedirectTarget, type RedirectTarget } from './redirect-target.js';
import { sentNames, withStart } from './waiting-time.js';

/** A request that has passed all checks. */
export interface Asked extends AuthorizationRequest {
  target: RedirectTarget;
  parameters: RequestParameters;
  /** The request with its beginning, for forms and for the way back from the login. */
  encoded: string;
}

/** Runs `answer` for a request that may be asked; what is refused goes to the client as soon as it is known where that is. */
export async function answerAsked(
  { context, notes }: { context: Context; notes: AttemptNotes },
  req: Request,
  res: Response,
  encoded: string,
  answer: (asked: Asked) => Promise<void>,
): Promise<void> {
  const attempt = startAttempt('oauth2-authorize', req);
  const parameters = readParameters(encoded);
  attempt.consumerKey = parameters.get('client_id')?.slice(0, 255);
  try {
    const target = await requireRedirectTarget(context, notes, parameters);
    try {
      const request = requireAuthorizationRequest(context, target, parameters);
      const started = withStart(encoded, parameters, context.config.clock());
      await answer({ ...request, target, parameters, encoded: started });
    } catch (error) {
      if (!(error instanceof OAuth2Error)) throw error;
      emitRejection(context, attempt, error);
      notes.failed(
        target,
        error.error === 'access_denied' ? 'consent' : 'authorize',
        error,
        sentNames(parameters),
      );
      redirectBack(
        context,
        res,
        { target, parameters },
        {
          error: error.error,
          error_description: error.description,
        },
      );
    }
  } catch (error) {
    emitRejection(context, attempt, error);
    throw error;
  }
}

/** Row 13: 303, so that no browser sends the form on. */
export function redirectBack(
  { config }: Context,
  res: Response,
  { target: { redirectUri }, parameters }: Pick<Asked, 'target' | 'parameters'>,
  answer: { code: string } | { error: string; error_description: string },
): void {
  setNoStore(res);
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.redirect(
    303,
    redirectWith(redirectUri, { ...answer, state: parameters.get('state'), iss: config.baseUrl }),
  );
}
