/**
 * Requests with an access token (oauth2.md 2.7): as whom they run. A token that does not count is not refused: the request
 * goes on as anybody's, and only what is missing in the answer tells. What a user may do is cut down to the scopes, and in
 * Jira and Confluence READ means GET.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page } from '../html.js';
import type { User } from '../state.js';
import type { TokenPair } from './memory.js';
import { withIncluded } from './scopes.js';
import { findToken } from './tokens.js';

export type Asked = Omit<Incoming, 'captures'>;
export type Answering = (incoming: Asked, headers: IncomingHttpHeaders) => Promise<Answer>;

/** The scheme is compared letter by letter; of Basic only the password counts, and neither part has a colon. */
function tokenOf(
  { oauth2 }: StandInContext,
  { authorization = '' }: IncomingHttpHeaders,
): string | undefined {
  if (authorization.startsWith('Bearer ')) return authorization.slice('Bearer '.length);
  if (!oauth2.switches.tokenViaBasicAuthentication || !authorization.startsWith('Basic ')) return undefined;
  const decoded = Buffer.from(authorization.slice('Basic '.length), 'base64').toString('utf8');
  const [, password, ...rest] = decoded.split(':');
  return rest.length === 0 ? password : undefined;
}

interface Caller {
  pair: TokenPair;
  user: User;
  scopes: ReadonlySet<string>;
}

function callerOf(context: StandInContext, headers: IncomingHttpHeaders): Caller | undefined {
  const { oauth2, state } = context;
  const token = oauth2.switches.enableAccessTokens ? tokenOf(context, headers) : undefined;
  const found = token === undefined ? undefined : findToken(context, token);
  if (!found || found === 'malformed' || found.kind !== 'access_token') return undefined;
  const user = state.users.get(found.pair.user);
  if (!user || user.isLocked) return undefined;
  const scopes = withIncluded(state.product, found.pair.scope);
  return { pair: found.pair, scopes, user: cutDown(user, scopes) };
}

/** The names of the two products' administration differ. */
const cutDown = (user: User, scopes: ReadonlySet<string>): User => ({
  ...user,
  admin: user.admin && (scopes.has('ADMIN_WRITE') || scopes.has('ADMIN')),
  systemAdmin: user.systemAdmin === true && scopes.has('SYSTEM_ADMIN'),
});

const writeScopeMissing = (method: string): Answer =>
  page('403', html`<p>The write scope is missing, which ${method} needs.</p>`, 403);

export const withAccessToken =
  (context: StandInContext, next: Answering): Answering =>
  async (incoming, headers) => {
    const caller = callerOf(context, headers);
    if (!caller) return next(incoming, headers);
    const { pair, user, scopes } = caller;
    const knowsWrite = context.state.product !== 'stash';
    if (knowsWrite && !scopes.has('WRITE') && incoming.method !== 'GET') {
      return writeScopeMissing(incoming.method);
    }
    pair.uses += 1;
    // A session that came along counts no longer, nor does its form token.
    const asUser = { ...incoming, user, formToken: undefined, scopes };
    const answer = await next(asUser, headers);
    return { ...answer, headers: { ...answer.headers, 'Cache-Control': 'private' } };
  };
