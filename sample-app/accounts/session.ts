/**
 * The browser session: who is logged in, and the secret of this session's forms. Cookies are out of reach of scripts
 * and of cross-site requests, and on https of other hosts of the domain too (`__Host-`). Whether the server is on
 * https is decided by BASE_URL, never by a header that a client can send.
 */
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { Config } from '../config.js';
import { notFound } from '../web/http-error.js';
import { newCsrfToken } from './csrf.js';
import type { DatabaseSessionStore } from './session-store.js';

declare module 'express-session' {
  interface SessionData {
    userId?: string;
    csrfToken?: string;
  }
}

const idleMs = 12 * 60 * 60_000;

/** @param keys first one signs, all of them verify. */
export function createSession(
  { baseUrl }: Pick<Config, 'baseUrl'>,
  keys: readonly string[],
  store: DatabaseSessionStore,
): RequestHandler[] {
  const secure = baseUrl.startsWith('https:');
  return [
    (req, _res, next) => {
      // `OPTIONS *` and the like name no path, so express-session would pass them on without a session.
      if (req.originalUrl.startsWith('*')) throw notFound('page');
      // express-session sets a Secure cookie only on requests that it takes for secure ones.
      Object.defineProperty(req, 'secure', { value: secure });
      next();
    },
    session({
      name: secure ? '__Host-ci_session' : 'ci_session',
      secret: [...keys],
      store,
      resave: false,
      saveUninitialized: false,
      rolling: true,
      cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: idleMs },
    }),
  ];
}

/** A new session id at login, so that an id planted in the browser before is worth nothing after it. */
export async function logIn(req: Request, userId: string): Promise<void> {
  await regenerate(req);
  req.session.userId = userId;
  req.session.csrfToken = newCsrfToken();
  await new Promise<void>((resolve, reject) => {
    req.session.save((error: unknown) => (error ? reject(asError(error)) : resolve()));
  });
}

export async function logOut(req: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.session.destroy((error: unknown) => (error ? reject(asError(error)) : resolve()));
  });
}

async function regenerate(req: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.session.regenerate((error: unknown) => (error ? reject(asError(error)) : resolve()));
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
