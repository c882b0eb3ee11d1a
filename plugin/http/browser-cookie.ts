/** A random value that one browser keeps: the half of a form token that another browser does not have. */
import type { Request, Response } from 'express';
import { cookieRules, newCookieValue, readCookie } from './cookie.js';

export interface BrowserCookie {
  /** The browser's value; gives it one when it has none. */
  ensure(req: Request, res: Response): string;
  read(req: Request): string | undefined;
}

/** @param baseUrl decides name and flags. */
export function createBrowserCookie(plainName: string, baseUrl: string): BrowserCookie {
  const { nameOf, flags } = cookieRules(baseUrl);
  const name = nameOf(plainName);
  // A page with several forms asks several times, and all must fit the one cookie that it sets.
  const given = new WeakMap<Response, string>();
  return {
    read: (req) => readCookie(req, name),
    ensure: (req, res) => {
      const known = given.get(res);
      if (known !== undefined) return known;
      const value = readCookie(req, name) ?? newCookieValue();
      given.set(res, value);
      res.append('Set-Cookie', `${name}=${value}; ${flags}`);
      return value;
    },
  };
}
