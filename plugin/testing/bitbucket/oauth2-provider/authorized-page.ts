/** What a user has let in over OAuth 2.0, with scopes, and how it is taken back (oauth2.md 2.8, *User's page*). */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { askToLogIn } from '../login-pages.js';
import { forgeryPage, formTokenField, hasFormToken } from '../provider/form-token.js';
import type { User } from '../state.js';
import type { TokenPair } from './memory.js';
import { authorizedPath } from './paths.js';
import { revokeById } from './revoke.js';

function row(context: StandInContext, incoming: Incoming, pair: TokenPair): Html {
  const name = context.oauth2.clients.get(pair.clientId)?.name ?? pair.clientId;
  return html`<tr>
    <td>${name}</td>
    <td>${pair.scope.join(' ')}</td>
    <td>
      <form method="post" action="${incoming.base}${authorizedPath}">
        <input type="hidden" name="id" value="${pair.accessId}" />
        ${formTokenField(incoming)}
        <button>Revoke access of ${name}</button>
      </form>
    </td>
  </tr>`;
}

export function authorizedPage(context: StandInContext, incoming: Incoming, user: User): Answer {
  const now = context.now();
  const own = [...context.oauth2.pairs].filter(
    (pair) => pair.user === user.name && now < pair.refreshExpiresAtMs,
  );
  return page(
    'Applications you authorised',
    html`<table>
        <tr>
          <th>Application</th>
          <th>Permissions</th>
          <th>Action</th>
        </tr>
        ${own.map((pair) => row(context, incoming, pair))}
      </table>
      ${own.length === 0 ? html`<p>You have let no application in.</p>` : ''}`,
  );
}

export function revokeOnPage(context: StandInContext, incoming: Incoming): Answer {
  if (!incoming.user) return askToLogIn(incoming);
  if (!hasFormToken(incoming)) return forgeryPage();
  revokeById(context, new URLSearchParams(incoming.body).get('id') ?? '', incoming.user);
  return redirect(incoming.base + authorizedPath);
}
