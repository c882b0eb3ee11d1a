/**
 * Incoming links for people (oauth2.md 2.8, UI): name, redirect URLs and scopes give a client id and a secret, which stay
 * readable under *View credentials*; redirect URLs and scopes can be corrected later.
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { linksPath } from '../link-form.js';
import type { PageHandler } from '../linking/access.js';
import {
  deleteClient,
  registerClient,
  resetSecret,
  updateClient,
  type ClientFields,
  type Registration,
} from './clients.js';
import type { OAuth2Client } from './memory.js';
import { createIncomingPath, incomingLinksPath } from './paths.js';
import { scopeMeaning } from './scope-meaning.js';
import { scopeNames } from './scopes.js';

const pageOf = ({ base }: Pick<Incoming, 'base'>, { id }: OAuth2Client): string =>
  `${base}${incomingLinksPath}/${id}`;

/** The original's list loses the port. */
function addressOf({ redirects }: OAuth2Client): string {
  const { protocol, hostname } = new URL(redirects[0] ?? 'http://localhost');
  return `${protocol}//${hostname}`;
}

/** Rows for the administrator's list of all links. */
export const incomingLinkRows = ({ oauth2 }: StandInContext, base: string): readonly Html[] =>
  [...oauth2.clients.values()].map(
    (client) =>
      html`<tr>
        <td>
          <div>${client.name} (generic, OAuth 2.0)</div>
          <div>${addressOf(client)}</div>
        </td>
        <td>Incoming</td>
        <td>Non-Atlassian <a href="${pageOf({ base }, client)}">View credentials of ${client.name}</a></td>
      </tr>`,
  );

/** `nothing selected means PUBLIC_REPOS` in Bitbucket. */
function fieldsOf({ state }: StandInContext, { body }: Incoming): ClientFields {
  const form = new URLSearchParams(body);
  const scope = form.getAll('scope').join(' ');
  return {
    name: form.get('name') ?? '',
    redirects: (form.get('redirects') ?? '').split(/\s+/).filter((line) => line !== ''),
    scope: scope === '' && state.product === 'stash' ? 'PUBLIC_REPOS' : scope,
  };
}

function fieldset({ state }: StandInContext, { name, redirects, scope }: ClientFields): Html {
  const chosen = scope.split(' ');
  const box = (value: string): Html =>
    chosen.includes(value)
      ? html`<input type="checkbox" name="scope" value="${value}" checked />`
      : html`<input type="checkbox" name="scope" value="${value}" />`;
  return html`<label>Name <input name="name" value="${name}" required /></label>
    <label
      >Redirect URL, one a line <textarea name="redirects" required>${redirects.join('\n')}</textarea>
    </label>
    <fieldset>
      <legend>Application permissions</legend>
      ${scopeNames(state.product).map(
        (value) => html`<label>${box(value)} ${value}: ${scopeMeaning(state.product, value)}</label>`,
      )}
    </fieldset>`;
}

const problems = (result: Registration | undefined): Html =>
  result && 'errors' in result
    ? html`<p class="error" id="problem">${Object.values(result.errors).flat().join(' ')}</p>`
    : html``;

const createForm = (
  context: StandInContext,
  { base }: Incoming,
  formToken: Html,
  fields: ClientFields = { name: '', redirects: [], scope: '' },
  result?: Registration,
): Answer =>
  page(
    'Create incoming link',
    html`${problems(result)}
      <form method="post" action="${base}${createIncomingPath}">
        ${formToken} ${fieldset(context, fields)}
        <button>Save</button>
      </form>
      <p><a href="${base}${linksPath}">Back to the list</a></p>`,
  );

export const newIncomingLink: PageHandler = (context, incoming, { formToken }) =>
  createForm(context, incoming, formToken);

export const submitIncomingLink: PageHandler = (context, incoming, { user, formToken }) => {
  const fields = fieldsOf(context, incoming);
  const result = registerClient(context, fields, user.name);
  if ('errors' in result) return createForm(context, incoming, formToken, fields, result);
  return redirect(pageOf(incoming, result.client));
};

const noSuchLink = (): Answer =>
  page('No such link', html`<p class="error">No incoming link has this id.</p>`, 404);

function credentialsPage(
  context: StandInContext,
  incoming: Incoming,
  client: OAuth2Client,
  formToken: Html,
  result?: Registration,
): Answer {
  const action = pageOf(incoming, client);
  return page(
    client.name,
    html`${problems(result)}
      <p>Client ID: <code id="client-id">${client.clientId}</code></p>
      <p>Client secret: <code id="client-secret">${client.clientSecret}</code></p>
      <form method="post" action="${action}">
        ${formToken} ${fieldset(context, { ...client, scope: client.scope.join(' ') })}
        <button name="do" value="save">Save</button>
      </form>
      <form method="post" action="${action}">
        ${formToken}
        <button name="do" value="reset">Reset the secret</button>
        <button name="do" value="delete">Delete the link</button>
      </form>
      <p><a href="${incoming.base}${linksPath}">Back to the list</a></p>`,
  );
}

const clientOf = ({ oauth2 }: StandInContext, { captures }: Incoming): OAuth2Client | undefined =>
  [...oauth2.clients.values()].find(({ id }) => id === captures[0]);

export const showIncomingLink: PageHandler = (context, incoming, { formToken }) => {
  const client = clientOf(context, incoming);
  return client ? credentialsPage(context, incoming, client, formToken) : noSuchLink();
};

export const changeIncomingLink: PageHandler = (context, incoming, { formToken }) => {
  const client = clientOf(context, incoming);
  if (!client) return noSuchLink();
  const wanted = new URLSearchParams(incoming.body).get('do');
  if (wanted === 'delete') {
    deleteClient(context, client);
    return redirect(incoming.base + linksPath);
  }
  if (wanted === 'reset') resetSecret(context, client);
  const result = wanted === 'save' ? updateClient(context, client, fieldsOf(context, incoming)) : undefined;
  return credentialsPage(context, incoming, client, formToken, result);
};
