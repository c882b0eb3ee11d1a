/**
 * Entering a link by hand, as an administrator does in Bitbucket. The three OAuth URLs go through the form's lossy
 * treatment (applinks-oauth1.md 5.1), so that what works here works there.
 */
import { addLink } from './add-link.js';
import type { Incoming } from './answer.js';
import { html, type Html } from './html.js';
import { formUrl, threeLeggedProvider } from './oauth-urls.js';
import type { State } from './state.js';

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

/** With what was entered before, when that could not be used. */
export function manualForm(incoming: Incoming, formToken: Html): Html {
  const entered = new URLSearchParams(incoming.body);
  return html`<form method="post" action="${incoming.base}${linksPath}">
    ${formToken}
    ${Object.entries(labels).map(
      ([name, label]) =>
        html`<label>${label} <input name="${name}" value="${entered.get(name) ?? ''}" required /></label>`,
    )}
    <button>Create</button>
  </form>`;
}

/** Undefined when the link is stored, else a sentence that says why not. */
export function storeManualLink(state: State, incoming: Incoming): string | undefined {
  const fields = new URLSearchParams(incoming.body);
  const value = (name: keyof typeof labels): string => fields.get(name)?.trim() ?? '';
  const missing = Object.entries(labels).find(([name]) => !fields.get(name)?.trim());
  if (missing) return `${missing[1]} is missing.`;
  const url = value('url');
  const link = addLink(state, { name: value('name'), typeId: 'generic', rpcUrl: url, displayUrl: url });
  if (typeof link === 'string') return link;
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
  return undefined;
}
