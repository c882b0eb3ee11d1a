/** What a user has allowed, and how it is taken back (applinks-oauth1.md 6.1, `users/access-tokens`). */
import { statusEntity, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import type { IssuedToken } from '../issued-token.js';
import type { User } from '../state.js';
import { tokenPagePath } from './authorize-pages.js';
import { forgeryPage, formTokenField, hasFormToken } from './form-token.js';

function row(context: StandInContext, incoming: Incoming, token: IssuedToken): Html {
  const name = context.state.consumers.get(token.consumerKey)?.name ?? token.consumerKey;
  return html`<tr>
    <td>${name}</td>
    <td>${new Date(token.createdAtMs).toISOString()}</td>
    <td>
      <form method="post" action="${incoming.base}${tokenPagePath}">
        <input type="hidden" name="token" value="${token.value}" />
        ${formTokenField(incoming)}
        <button>Revoke access of ${name}</button>
      </form>
    </td>
  </tr>`;
}

export function tokenPage(context: StandInContext, incoming: Incoming, user: User): Answer {
  const own = [...context.state.issued.values()].filter(
    (token) => token.kind === 'access' && token.user === user.name,
  );
  return page(
    'Authorised applications',
    html`<table>
        <tr>
          <th>Application</th>
          <th>Since</th>
          <th>Action</th>
        </tr>
        ${own.map((token) => row(context, incoming, token))}
      </table>
      ${own.length === 0 ? html`<p>You have let no application in.</p>` : ''}`,
  );
}

/** Unknown tokens are as good as revoked. */
export function revokeToken(context: StandInContext, incoming: Incoming): Answer {
  if (!incoming.user) return statusEntity(401, 'Log in first.');
  const value = new URLSearchParams(incoming.body).get('token');
  if (!value) return statusEntity(400, 'The field "token" is missing.');
  if (!hasFormToken(incoming)) return forgeryPage();
  const token = context.state.issued.get(value);
  if (token && token.user !== incoming.user.name) return statusEntity(401, 'This token is not yours.');
  context.state.issued.delete(value);
  return tokenPage(context, incoming, incoming.user);
}
