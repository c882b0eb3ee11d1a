/**
 * Defence of forms against other sites: the browser says that the request came from a page of ours, and the form
 * carries the secret of this session. A page elsewhere can have neither. Requests that were authenticated by OAuth
 * pass, since no browser sends such a header by itself; that an OAuth header is merely present never helps.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Config } from '../config.js';
import { HttpError } from '../web/http-error.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Made with the session, not with its first page: of two pages opened at once, each would make its own. */
export function newCsrfToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Value of the hidden field `csrf_token` in this session's forms. */
export function csrfToken(req: Request): string {
  return req.session.csrfToken ?? '';
}

/** For the login form, which has no session yet: only a page of ours may send it. */
export function requireSameOrigin({ baseUrl }: Pick<Config, 'baseUrl'>): RequestHandler {
  const { origin } = new URL(baseUrl);
  return (req, _res, next) => {
    const site = req.headers['sec-fetch-site'];
    const isOurs = site === undefined ? req.headers.origin === origin : site === 'same-origin';
    next(isOurs ? undefined : rejected());
  };
}

export function requireCsrfToken(config: Pick<Config, 'baseUrl'>): RequestHandler {
  const sameOrigin = requireSameOrigin(config);
  return (req, res, next) => {
    // Without a caller there is no authority to abuse, and the answer will be that nobody is logged in.
    const isHarmless = safeMethods.has(req.method) || req.caller === undefined;
    if (isHarmless || req.applink !== undefined) next();
    else if (!isTokenRight(req)) next(rejected());
    else sameOrigin(req, res, next);
  };
}

function isTokenRight(req: Request): boolean {
  const body = req.body as Record<string, unknown> | undefined;
  const given = req.get('x-csrf-token') ?? body?.csrf_token;
  const wanted = Buffer.from(req.session.csrfToken ?? '');
  if (typeof given !== 'string' || wanted.length === 0) return false;
  const candidate = Buffer.from(given);
  return candidate.length === wanted.length && timingSafeEqual(candidate, wanted);
}

function rejected(): HttpError {
  return new HttpError(
    403,
    'This form could not be checked. Go back, reload the page and send it again; cookies must be allowed.',
  );
}
