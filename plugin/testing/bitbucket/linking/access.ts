/**
 * Who may call the linking resources (applinks-oauth1.md 2.1, 2.6, 10.1, 10.2): the older REST resources answer 401 to
 * whoever is no administrator, the 3.0-only ones tell 401 from 403, pages ask to log in; servlets that change
 * something, and the probe, want the session's form token or `X-Atlassian-Token: no-check`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { statusEntity, type Answer, type Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import { html, page, type Html } from '../html.js';
import { askToLogIn } from '../login-pages.js';
import { formTokenField, hasFormToken } from '../provider/form-token.js';
import { checkPassword } from '../sessions.js';
import type { User } from '../state.js';
import type { LinkingContext } from './context.js';
import { v3Error } from './error-list.js';
import { isSystemAdmin } from './roles.js';

export type Role = 'user' | 'admin' | 'system-admin';
export type LinkingHandler = (
  context: LinkingContext,
  incoming: Incoming,
  user: User,
) => Answer | Promise<Answer>;
export type PageHandler = (
  context: LinkingContext,
  incoming: Incoming,
  caller: { user: User; formToken: Html },
) => Answer | Promise<Answer>;

const hasRole = (user: User, role: Role): boolean =>
  role === 'user' || (role === 'admin' ? user.admin || isSystemAdmin(user) : isSystemAdmin(user));

/** Basic, the parameters that 10.9 warns of, or a session. */
function callerOf({ state }: LinkingContext, { query, basicUser, user }: Incoming): User | undefined {
  const [name, password] = [query.get('al_username'), query.get('al_password')];
  return basicUser ?? (name !== null ? checkPassword(state, name, password ?? '') : undefined) ?? user;
}

/** The resources 1.0 and 2.0. */
export const olderRest =
  (context: LinkingContext, role: Role, handle: LinkingHandler): Handler =>
  (incoming) => {
    const user = callerOf(context, incoming);
    if (user && hasRole(user, role)) return handle(context, incoming, user);
    if (user && role === 'system-admin' && hasRole(user, 'admin')) {
      return statusEntity(403, 'Only a system administrator may do this.');
    }
    return statusEntity(401, 'You are not authorised: log in as an administrator.');
  };

/** The 3.0-only resources. */
export const newerRest =
  (context: LinkingContext, role: Role, handle: LinkingHandler): Handler =>
  (incoming) => {
    const user = callerOf(context, incoming);
    if (!user) return v3Error(401, 'Log in first.');
    return hasRole(user, role) ? handle(context, incoming, user) : v3Error(403, 'You may not do this.');
  };

const bypasses = (headers: IncomingHttpHeaders): boolean => headers['x-atlassian-token'] === 'no-check';

const confirmPage = (): Answer =>
  page(
    'Are you sure?',
    html`<p class="error">The request did not come from one of our pages, so nothing was done.</p>`,
  );

/** Pages and servlets: asks to log in; whatever is no GET wants the form token. */
export const linkingPage =
  (context: LinkingContext, role: Role, handle: PageHandler): Handler =>
  (incoming, headers) => {
    const user = incoming.method === 'GET' ? incoming.user : callerOf(context, incoming);
    if (!user && ['GET', 'POST'].includes(incoming.method)) return askToLogIn(incoming);
    if (!user) return statusEntity(401, 'You are not authorised: log in as an administrator.');
    if (!hasRole(user, role)) {
      return page('Not allowed', html`<p class="error">Only administrators may do this.</p>`, 403);
    }
    const isOurs = hasFormToken(incoming) || bypasses(headers);
    if (incoming.method !== 'GET' && !isOurs) return confirmPage();
    const formToken = formTokenField(incoming);
    return handle(context, incoming, { user, formToken });
  };

/** REST that wants `no-check` although it is a GET. */
export const forgeryChecked =
  (handle: Handler): Handler =>
  (incoming, headers) =>
    bypasses(headers) ? handle(incoming, headers) : statusEntity(403, 'XSRF check failed');
