/**
 * Cookies of the kit: 256 random bits each. `__Host-` on https, so that no other host of the domain can plant one;
 * SameSite=Lax, so that the way back from a peer brings them along.
 */
import { randomBytes } from 'node:crypto';
import type { Request } from 'express';

export interface CookieRules {
  /** The name as sent. */
  nameOf: (plainName: string) => string;
  flags: string;
}

const value = /^[\w-]{43}$/;

export function cookieRules(baseUrl: string): CookieRules {
  const secure = new URL(baseUrl).protocol === 'https:';
  return {
    nameOf: (plainName) => (secure ? `__Host-${plainName}` : plainName),
    flags: `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
  };
}

export const newCookieValue = (): string => randomBytes(32).toString('base64url');

/** Undefined when it is absent, or not of our making. */
export function readCookie(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return found !== undefined && value.test(found) ? found : undefined;
}
