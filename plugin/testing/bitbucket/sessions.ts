/** Who is calling the stand-in: a session cookie for browsers, HTTP Basic for the REST calls. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { State, User } from './state.js';

/** Unlike any name of the app under test: browsers share cookies between the ports of one host. */
const ownCookieName = 'BITBUCKETSESSIONID';

export interface Sessions {
  /** Value for Set-Cookie. */
  open(user: User): string;
  /** Value for Set-Cookie that ends the session. */
  close(headers: IncomingHttpHeaders): string;
  /** What forms carry against forgery; undefined without a session. */
  formTokenOf(headers: IncomingHttpHeaders): string | undefined;
  userOf(headers: IncomingHttpHeaders): User | undefined;
}

function sessionId(headers: IncomingHttpHeaders, cookieName: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === cookieName)?.[1];
}

export function createSessions(state: State, cookieName = ownCookieName): Sessions {
  const sessions = new Map<string, { name: string; formToken: string }>();
  const sessionOf = (headers: IncomingHttpHeaders) => sessions.get(sessionId(headers, cookieName) ?? '');
  return {
    open: (user) => {
      const id = randomBytes(16).toString('hex');
      sessions.set(id, { name: user.name, formToken: randomBytes(16).toString('hex') });
      return `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`;
    },
    close: (headers) => {
      sessions.delete(sessionId(headers, cookieName) ?? '');
      return `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
    },
    formTokenOf: (headers) => sessionOf(headers)?.formToken,
    userOf: (headers) => state.users.get(sessionOf(headers)?.name ?? ''),
  };
}

export function checkPassword(state: State, name: string, password: string): User | undefined {
  const user = state.users.get(name);
  return user?.password === password && !user.isLocked ? user : undefined;
}

export function basicUser(state: State, authorization: string | undefined): User | undefined {
  if (!authorization?.toLowerCase().startsWith('basic ')) return undefined;
  const decoded = Buffer.from(authorization.slice(6), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon === -1 ? undefined : checkPassword(state, decoded.slice(0, colon), decoded.slice(colon + 1));
}
