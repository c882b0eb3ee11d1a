/**
 * A random value that one browser keeps, as the second half of what another browser must not be able to finish. It is
 * `__Host-` on https, so that no other host of the domain can plant one; SameSite=Lax, so that the way back from a peer
 * brings it along.
 */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';

export interface BrowserCookie {
  /** The browser's value; gives it one when it has none. */
  ensure(req: Request, res: Response): string;
  read(req: Request): string | undefined;
}

const cookieValue = /^[\w-]{43}$/;

/** @param baseUrl decides name and flags. */
export function createBrowserCookie(plainName: string, baseUrl: string): BrowserCookie {
  const secure = new URL(baseUrl).protocol === 'https:';
  const name = secure ? `__Host-${plainName}` : plainName;
  const read = (req: Request): string | undefined => {
    const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
    return value !== undefined && cookieValue.test(value) ? value : undefined;
  };
  // A page with several forms asks several times, and all must fit the one cookie that it sets.
  const given = new WeakMap<Response, string>();
  return {
    read,
    ensure: (req, res) => {
      const known = given.get(res);
      if (known !== undefined) return known;
      const value = read(req) ?? randomBytes(32).toString('base64url');
      given.set(res, value);
      const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
      res.append('Set-Cookie', `${name}=${value}; ${flags}`);
      return value;
    },
  };
}
