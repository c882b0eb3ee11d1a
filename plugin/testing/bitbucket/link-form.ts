/**
 * Entering a link by hand, as an administrator does in Bitbucket: the list page with its form. The three OAuth URLs
 * go through the form's lossy treatment (applinks-oauth1.md 5.1), so that what works here works there.
 */
import { addLink } from './add-link.js';
import { redirect, type Answer, type Incoming } from './answer.js';
import { html, page, type Html } from './html.js';
import { formUrl, threeLeggedProvider } from './oauth-urls.js';
import type { Link, State } from './state.js';

export const linksPath = '/plugins/servlet/applinks/listApplicationLinks';

const labels = {
  url: 'Application URL',
  name: 'Application name',
  providerName: 'Service provider name',
  consumerKey: 'Consumer key',
  sharedSecret: 'Shared secret',
  requestTokenUrl: 'Request token URL',
  accessTokenUrl: 'Access token URL',
  authorizeUrl: 'Authorize URL',
} as const;

const configurationOf = (link: Link): Html =>
  html`<pre>${JSON.stringify(Object.fromEntries(link.providers), null, 2)}</pre>`;

export function linksPage(state: State, incoming: Incoming, message = ''): Answer {
  const entered = new URLSearchParams(incoming.body);
  return page(
    'Application links',
    html`${message ? html`<p class="error">${message}</p>` : ''}
      ${[...state.links.values()].map(
        (link) =>
          html`<h2>${link.name}</h2>
            <p>${link.rpcUrl}, id <code>${link.id}</code></p>
            ${configurationOf(link)}`,
      )}
      <h2>Create link</h2>
      <form method="post" action="${incoming.base}${linksPath}">
        ${Object.entries(labels).map(
          ([name, label]) =>
            html`<label
              >${label} <input name="${name}" value="${entered.get(name) ?? ''}" required
            /></label>`,
        )}
        <button>Create</button>
      </form>
      <p><a href="${incoming.base}/">Back to the start page</a></p>`,
  );
}

export function submitLink(state: State, incoming: Incoming): Answer {
  const fields = new URLSearchParams(incoming.body);
  const value = (name: keyof typeof labels): string => fields.get(name)?.trim() ?? '';
  const missing = Object.entries(labels).find(([name]) => !fields.get(name)?.trim());
  if (missing) return linksPage(state, incoming, `${missing[1]} is missing.`);
  const url = value('url');
  const link = addLink(state, { name: value('name'), typeId: 'generic', rpcUrl: url, displayUrl: url });
  if (typeof link === 'string') return linksPage(state, incoming, link);
  link.providers.set(threeLeggedProvider, {
    'consumerKey.outbound': value('consumerKey'),
    'serviceProvider.requestTokenUrl': formUrl(value('requestTokenUrl'), link.rpcUrl),
    'serviceProvider.accessTokenUrl': formUrl(value('accessTokenUrl'), link.rpcUrl),
    'serviceProvider.authorizeUrl': formUrl(value('authorizeUrl'), link.displayUrl),
  });
  link.consumer = {
    key: value('consumerKey'),
    name: value('providerName'),
    sharedSecret: value('sharedSecret'),
  };
  return redirect(`${incoming.base}/`);
}
