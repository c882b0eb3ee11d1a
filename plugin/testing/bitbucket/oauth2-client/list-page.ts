/**
 * The administrator's list of outgoing OAuth 2.0 links (oauth2.md 1.1 "Listing"): the URL is that of the authorization
 * endpoint without its port and path, as the original shows it.
 */
import { redirect, type Incoming } from '../answer.js';
import { html, page, type Html } from '../html.js';
import { linksPath } from '../link-form.js';
import { formTokenField } from '../provider/form-token.js';
import { outgoingPath, type ClientPage } from './admin-page.js';
import type { ClientConfig } from './client-config.js';
import { removeConfig } from './config-store.js';
import { featurePath } from './feature-page.js';

export const listedUrl = ({ authorizationEndpoint }: ClientConfig): string => {
  const { protocol, hostname } = new URL(authorizationEndpoint);
  return `${protocol}//${hostname}`;
};

function row(incoming: Incoming, config: ClientConfig): Html {
  const action = `${incoming.base}${outgoingPath}`;
  const button = (what: string, label: string): Html =>
    html`<form method="post" action="${action}/${what}/${config.id}">
      ${formTokenField(incoming)}<button aria-label="${label} ${config.name}">${label}</button>
    </form>`;
  return html`<tr>
    <td>
      <div>${config.name}</div>
      <div>${listedUrl(config)}</div>
    </td>
    <td>Outgoing</td>
    <td>Non-Atlassian</td>
    <td>
      <a href="${action}/edit/${config.id}">Edit ${config.name}</a>
      <a href="${incoming.base}${featurePath}/${config.id}">Use ${config.name} yourself</a>
      ${button('test', 'Test connection')} ${button('delete', 'Delete')}
    </td>
  </tr>`;
}

export const listPage: ClientPage = ({ configs }, incoming) =>
  page(
    'Outgoing OAuth 2.0 links',
    html`<p><a href="${incoming.base}${outgoingPath}/create">Create link</a></p>
      <table>
        <tr>
          <th>Application</th>
          <th>Direction</th>
          <th>Status</th>
          <th>Actions</th>
        </tr>
        ${[...configs.values()].map((config) => row(incoming, config))}
      </table>
      <p><a href="${incoming.base}${linksPath}">Application links</a></p>`,
  );

export const submitDelete: ClientPage = (context, incoming) => {
  removeConfig(context, incoming.captures[0] ?? '');
  return redirect(incoming.base + outgoingPath);
};
