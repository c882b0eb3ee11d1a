/**
 * Defence of our forms against cross-site requests. Two checks, both needed:
 * the browser says that the form was ours (`Sec-Fetch-Site`, else `Origin`), and the form carries a token bound to
 * this browser (a cookie), to the user who saw the page and to what it is about (a request token, a link). A token
 * from an attacker's own session is worth nothing in the victim's.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { ApplinksError } from '../errors.js';
import { createBrowserCookie } from './browser-cookie.js';

export interface Csrf {
  /** Value for the hidden field `csrf_token`; sets the browser's cookie when it has none. */
  token(req: Request, res: Response, userId: string, purpose: string): string;
  /** @throws ApplinksError `csrf_rejected` (403). */
  require(req: Request, userId: string, purpose: string, token: string | undefined): void;
}

/** @param key 32 bytes or more, the same in all processes. @param baseUrl decides cookie name, flags and origin. */
export function createCsrf(key: Buffer, baseUrl: string): Csrf {
  const { origin } = new URL(baseUrl);
  const cookie = createBrowserCookie('applinks_csrf', baseUrl);
  const sign = (browser: string, userId: string, purpose: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([browser, userId, purpose]))
      .digest();
  return {
    token: (req, res, userId, purpose) =>
      sign(cookie.ensure(req, res), userId, purpose).toString('base64url'),
    require: (req, userId, purpose, token) => {
      if (!isSameOrigin(req, origin)) throw rejected('request from another origin');
      const browser = cookie.read(req);
      if (browser === undefined || token === undefined) throw rejected('cookie or form token missing');
      const given = Buffer.from(token, 'base64url');
      const wanted = sign(browser, userId, purpose);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw rejected('form token wrong');
    },
  };
}

/** `Sec-Fetch-Site` cannot be set by a page; browsers that do not send it (plain http) send `Origin` with a POST. */
export function isSameOrigin(req: Request, origin: string): boolean {
  const site = req.headers['sec-fetch-site'];
  return site === undefined ? req.headers.origin === origin : site === 'same-origin';
}

function rejected(reason: string): ApplinksError {
  return new ApplinksError(
    'csrf_rejected',
    403,
    'This form could not be checked. Go back, reload the page and send it again; cookies must be allowed.',
    { reason },
  );
}
