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
import { fieldset, fieldsOf, problems } from './client-form.js';
import { pageOf } from './incoming-link-rows.js';
import { createIncomingPath } from './paths.js';

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
