/**
 * One try of somebody to get or use a token: what is known of the caller while it is checked, and what is said when
 * it is refused. The event names no token, secret or signature; the reason stays inside (rule 7).
 */
import type { Request } from 'express';
import type { Context } from '../context.js';
import { ApplinksError, OAuthChallenge, OAuthProblem, RateLimited } from '../errors.js';
import { OAuth2Error } from '../oauth2-errors.js';
import type { RejectedEvent } from '../events.js';
import type { Endpoint } from './handler.js';

export interface Attempt {
  endpoint: string;
  address: string | undefined;
  /** Consumer key or client id as claimed by the caller, once it has been read. */
  consumerKey: string | undefined;
}

/** The address is read at once: a connection that is gone has none any more. */
export function startAttempt(endpoint: string, req: Request): Attempt {
  return { endpoint, address: req.ip, consumerKey: undefined };
}

/** Emits `request.rejected` for refusals; other errors are none of the caller's doing. */
export function emitRejection({ events }: Context, attempt: Attempt, error: unknown): void {
  const problem = problemOf(error);
  if (problem === undefined || !(error instanceof ApplinksError)) return;
  events.emit('request.rejected', { ...attempt, problem, reason: error.reason ?? error.message });
}

/** For pages and JSON routes: what they refuse is heard of too. */
export function reportingRejections(context: Context, name: string, endpoint: Endpoint): Endpoint {
  return async (req, res) => {
    const attempt = startAttempt(name, req);
    try {
      await endpoint(req, res);
    } catch (error) {
      emitRejection(context, attempt, error);
      throw error;
    }
  };
}

function problemOf(error: unknown): RejectedEvent['problem'] | undefined {
  if (error instanceof OAuthProblem) return error.problem;
  if (error instanceof OAuth2Error) return error.error;
  if (error instanceof OAuthChallenge) return 'challenge';
  if (error instanceof RateLimited) return 'rate_limited';
  if (!(error instanceof ApplinksError)) return undefined;
  const { code } = error;
  return code === 'csrf_rejected' || code === 'forbidden' || code === 'login_required' ? code : undefined;
}
