/**
 * The edge of a linking resource: refusals become error lists that a peer can show, OAuth refusals keep their form, and
 * each is heard of as `request.rejected` by the one who listens.
 */
import type { Request } from 'express';
import { ApplinksError, OAuthChallenge, OAuthProblem, RateLimited } from '../../errors.js';
import { BearerRefused } from '../../oauth2-errors.js';
import type { Context } from '../../context.js';
import { emitRejection, startAttempt } from '../../http/attempt.js';
import type { Endpoint } from '../../http/handler.js';
import { errorList, sendLinking, type LinkingAnswer } from './answer.js';

export type LinkingHandler = (req: Request) => Promise<LinkingAnswer>;

export function linkingEndpoint(context: Context, name: string, handle: LinkingHandler): Endpoint {
  return async (req, res) => {
    const attempt = startAttempt(name, req);
    try {
      sendLinking(req, res, await handle(req));
    } catch (error) {
      const isOwnForm = [OAuthProblem, OAuthChallenge, BearerRefused].some((kind) => error instanceof kind);
      if (!(error instanceof ApplinksError) || isOwnForm) throw error;
      if (error.status >= 500 && error.code !== 'peer_unreachable' && error.code !== 'peer_refused')
        throw error;
      context.config.logger.info(
        { endpoint: name, code: error.code, reason: error.reason ?? error.message },
        'express-applinks: request refused',
      );
      emitRejection(context, attempt, error);
      if (error instanceof RateLimited) res.setHeader('Retry-After', String(error.retryAfterSeconds));
      // The other side is a client of ours here: what we could not fetch from it is told as the reference says (3.1).
      const status = error.status === 502 ? 500 : error.status;
      sendLinking(req, res, errorList(status, [error.message]));
    }
  };
}
