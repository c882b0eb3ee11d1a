/**
 * The form of an outgoing link (oauth2.md 5.4): *External application*, *Outgoing*, provider *Custom*. The redirect URL
 * that the other side has to register appears as soon as both endpoints are there. A stored secret is never shown; left
 * blank, it stays.
 */
import type { Incoming } from '../answer.js';
import { html, type Html } from '../html.js';
import { formTokenField } from '../provider/form-token.js';
import type { FieldErrors } from './check-config.js';
import type { ClientConfig, ProviderType, WantedConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';
import { redirectUri, redirectUriSuffix } from './redirect-uri.js';

const providers: Readonly<Record<ProviderType, string>> = {
  generic: 'Custom',
  google: 'Google',
  microsoft: 'Microsoft',
};

const labels = {
  name: 'Name',
  description: 'Description',
  clientId: 'Client ID',
  authorizationEndpoint: 'Authorization endpoint',
  tokenEndpoint: 'Token endpoint',
} as const;

/** `stored`: the link that is edited. */
export function enteredConfig(body: string, stored: ClientConfig | undefined): WantedConfig {
  const fields = new URLSearchParams(body);
  const text = (name: string): string => (fields.get(name) ?? '').trim();
  const authorizationEndpoint = text('authorizationEndpoint');
  return {
    type: text('type'),
    name: text('name'),
    description: text('description'),
    clientId: text('clientId'),
    clientSecret: text('clientSecret') || (stored?.clientSecret ?? ''),
    authorizationEndpoint,
    tokenEndpoint: text('tokenEndpoint'),
    scopes: text('scopes').split(/[\s,]+/),
    redirectUriSuffix: redirectUriSuffix(authorizationEndpoint),
  };
}

function redirectLine(context: OAuth2ClientContext, entered: Partial<WantedConfig>): Html | '' {
  const { authorizationEndpoint, tokenEndpoint } = entered;
  if (!authorizationEndpoint || !tokenEndpoint) return '';
  const url = redirectUri(context.baseUrl(), authorizationEndpoint);
  return html`<p>Redirect URL, to be registered there: <code id="redirect-url">${url}</code></p>`;
}

export function configForm(
  context: OAuth2ClientContext,
  incoming: Incoming,
  { entered, errors = {} }: { entered: Partial<WantedConfig>; errors?: FieldErrors },
): Html {
  const problem = (field: string): Html | '' =>
    errors[field] ? html`<span class="error" id="${field}-error">${errors[field].join(' ')}</span>` : '';
  return html`<form method="post" action="${incoming.base}${incoming.path}">
    ${formTokenField(incoming)}
    <label
      >Provider
      <select name="type">
        ${Object.entries(providers).map(([type, label]) =>
          entered.type === type
            ? html`<option value="${type}" selected>${label}</option>`
            : html`<option value="${type}">${label}</option>`,
        )}
      </select></label
    >
    ${Object.entries(labels).map(
      ([name, label]) =>
        html`<label
          >${label}
          <input name="${name}" value="${entered[name as keyof typeof labels] ?? ''}" />
          ${problem(name)}</label
        >`,
    )}
    <label
      >Client secret
      <input name="clientSecret" type="password" autocomplete="off" /> ${problem('clientSecret')}</label
    >
    <label
      >Scopes <input name="scopes" value="${(entered.scopes ?? []).join(' ')}" /> ${problem('scopes')}</label
    >
    ${redirectLine(context, entered)}
    <button name="step" value="preview">Show the redirect URL</button>
    <button name="step" value="save">Save</button>
  </form>`;
}
