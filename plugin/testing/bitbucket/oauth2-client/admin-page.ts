/** Who sees the pages of outgoing links: a system administrator; what changes something wants the form token. */
import type { Answer, Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import { html, page } from '../html.js';
import { isSystemAdmin } from '../linking/roles.js';
import { askToLogIn } from '../login-pages.js';
import { forgeryPage, hasFormToken } from '../provider/form-token.js';
import type { OAuth2ClientContext } from './context.js';

export type ClientPage = (context: OAuth2ClientContext, incoming: Incoming) => Answer | Promise<Answer>;

export const outgoingPath = '/plugins/servlet/oauth2/outgoing';

export const adminPage =
  (context: OAuth2ClientContext, handle: ClientPage): Handler =>
  (incoming) => {
    if (!incoming.user) return askToLogIn(incoming);
    if (!isSystemAdmin(incoming.user)) {
      return page('Not allowed', html`<p class="error">Only system administrators may do this.</p>`, 403);
    }
    if (incoming.method !== 'GET' && !hasFormToken(incoming)) return forgeryPage();
    return handle(context, incoming);
  };

export const noSuchLink = (): Answer =>
  page('No such link', html`<p class="error">No outgoing link has this id.</p>`, 404);
