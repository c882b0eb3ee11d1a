/**
 * Ties one authorisation under way to the browser that began it, by a cookie of its own: several tabs that begin at the
 * same moment must not take each other's away. It goes when the transaction ends.
 */
import type { Request, Response } from 'express';
import { cookieRules, newCookieValue, readCookie } from './cookie.js';

export interface TransactionCookie {
  newValue(): string;
  /** `key` names the transaction: letters, digits, `-` and `_`. */
  give(res: Response, key: string, value: string): void;
  read(req: Request, key: string): string | undefined;
  take(res: Response, key: string): void;
}

export function createTransactionCookie(
  prefix: string,
  baseUrl: string,
  lifetimeSeconds: number,
): TransactionCookie {
  const { nameOf, flags } = cookieRules(baseUrl);
  const name = (key: string): string => nameOf(`${prefix}_${key}`);
  return {
    newValue: newCookieValue,
    read: (req, key) => readCookie(req, name(key)),
    give: (res, key, value) =>
      void res.append('Set-Cookie', `${name(key)}=${value}; ${flags}; Max-Age=${lifetimeSeconds}`),
    take: (res, key) => void res.append('Set-Cookie', `${name(key)}=; ${flags}; Max-Age=0`),
  };
}
