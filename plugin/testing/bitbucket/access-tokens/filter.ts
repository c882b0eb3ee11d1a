/**
 * Requests with an HTTP access token, as Bearer or as the password of Basic (jenkins-integration.md C1 row 2): as whom they run. Like a
 * token of OAuth 2.0 that does not count (oauth2.md 2.7), one that is unknown or over makes an anonymous caller.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { StandInContext } from '../context.js';
import type { Answering } from '../oauth2-provider/resource-filter.js';
import { withIncluded } from '../oauth2-provider/scopes.js';
import type { User } from '../state.js';
import type { AccessToken } from './access-token.js';

interface Presented {
  token: string;
  /** Of Basic. */
  name: string | undefined;
}

function presented({ authorization = '' }: IncomingHttpHeaders): Presented | undefined {
  const [scheme = '', credential = ''] = authorization.split(' ');
  if (scheme.toLowerCase() === 'bearer') return { token: credential, name: undefined };
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const [name = '', ...password] = Buffer.from(credential, 'base64').toString('utf8').split(':');
  return { token: password.join(':'), name };
}

/** With Basic, its owner's name belongs to it, or the one that stands for no name. */
function counts(found: AccessToken, { name }: Presented, now: number): boolean {
  const isNamed = name === undefined || name === found.user || name === 'x-token-auth';
  return isNamed && (found.expiresAtMs === undefined || now < found.expiresAtMs);
}

const cutDown = (user: User, scopes: ReadonlySet<string>): User => ({
  ...user,
  admin: user.admin && scopes.has('ADMIN_WRITE'),
  systemAdmin: user.systemAdmin === true && scopes.has('SYSTEM_ADMIN'),
});

export const withHttpAccessToken =
  (context: StandInContext, next: Answering): Answering =>
  async (incoming, headers) => {
    const credential = presented(headers);
    const found = context.accessTokens.get(credential?.token ?? '');
    const user = context.state.users.get(found?.user ?? '');
    if (!credential || !found || !user || user.isLocked || !counts(found, credential, context.now())) {
      return next(incoming, headers);
    }
    found.uses += 1;
    const scopes = withIncluded(context.state.product, found.permissions);
    return next({ ...incoming, user: cutDown(user, scopes), formToken: undefined, scopes }, headers);
  };
