/**
 * The edge of every endpoint: runs it, and turns what it throws into the answer that its callers understand (rule 7).
 * Token endpoints and signed resources answer in the form of OAuth, pages with a page, JSON routes with JSON. The
 * private reason of an error goes to log and event; an unexpected error becomes a 500 that says nothing.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Context } from '../context.js';
import {
  ApplinksError,
  InvalidInput,
  LinkingFailed,
  OAuthProblem,
  RateLimited,
  type ErrorCode,
} from '../errors.js';
import { OAuth2Error } from '../oauth2-errors.js';
import { sendOAuthError } from './oauth-answer.js';
import { sendOAuth2Error } from './oauth2-answer.js';
import { setNoStore } from './security-headers.js';
import type { Views } from './views.js';

/** In which form errors are answered; `oauth` also where bearer tokens are taken, `oauth2` at a token endpoint. */
export type Surface = 'oauth' | 'oauth2' | 'page' | 'json';

export type Endpoint = (req: Request, res: Response) => Promise<void>;

export type EndpointFactory = (surface: Surface, name: string, endpoint: Endpoint) => RequestHandler;

export function createEndpoints(context: Context, views: Views): EndpointFactory {
  return (surface, name, endpoint) => (req, res, next) => {
    endpoint(req, res)
      .catch(async (error: unknown) => {
        report(context, name, error);
        if (res.headersSent) res.destroy();
        else await answer(context, views, surface, res, asApplinksError(error));
      })
      .catch(next);
  };
}

async function answer(
  { config }: Context,
  views: Views,
  surface: Surface,
  res: Response,
  error: ApplinksError,
): Promise<void> {
  if (error instanceof RateLimited) res.setHeader('Retry-After', String(error.retryAfterSeconds));
  if (surface === 'oauth') {
    sendOAuthError(res, config.baseUrl, error);
    return;
  }
  if (surface === 'oauth2') {
    sendOAuth2Error(res, error);
    return;
  }
  setNoStore(res);
  if (surface === 'json') {
    const fields = error instanceof InvalidInput ? { fields: error.fields } : {};
    const failed = error instanceof LinkingFailed ? { step: error.step, left: error.left } : {};
    const said = { code: error.code, message: error.message, ...fields, ...failed };
    res.status(error.status).json({ error: said });
    return;
  }
  const options = { status: error.status, referrerPolicy: 'no-referrer' } as const;
  await views.render(res, 'error', { error: describeForPage(error) }, options);
}

function describeForPage(error: ApplinksError): { status: number; code: string; message: string } {
  const isOAuth2 = error instanceof OAuth2Error;
  const code = error instanceof OAuthProblem ? error.problem : isOAuth2 ? error.error : error.code;
  return { status: error.status, code, message: error.message };
}

/** Tells log and listeners why a request was refused, without anything secret. */
function report(context: Context, endpoint: string, error: unknown): void {
  const { logger } = context.config;
  const isOurs = !(error instanceof ApplinksError) || (error.status >= 500 && !peerFailures.has(error.code));
  if (isOurs) {
    logger.error({ endpoint, err: error }, 'express-applinks: request failed');
    return;
  }
  const reason = error.reason ?? error.message;
  logger.info({ endpoint, code: error.code, reason }, 'express-applinks: request refused');
}

/** Failures whose message is made for the one who reads the answer: the developer, or an administrator. */
const telling: ReadonlySet<ErrorCode> = new Set(['raw_body_unavailable', 'outside_mount_path']);

/** Failures of a peer: no fault of ours, and told to whoever asked for the call. */
const peerFailures: ReadonlySet<ErrorCode> = new Set(['peer_unreachable', 'peer_refused', 'linking_failed']);

/** What the client may know of it: inner failures, such as a key that is missing, are for the log. */
export function asApplinksError(error: unknown): ApplinksError {
  const isTold =
    error instanceof ApplinksError &&
    (error.status < 500 ||
      telling.has(error.code) ||
      peerFailures.has(error.code) ||
      error instanceof OAuthProblem);
  if (isTold) return error;
  const message = 'Something went wrong here. The log of the application says more.';
  return new ApplinksError('internal_error', 500, message, { cause: error });
}
