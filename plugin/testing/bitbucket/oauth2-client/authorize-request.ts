/**
 * Where the browser is sent (oauth2.md 1.3): exactly these parameters, form-encoded, in an order that means nothing.
 * The endpoint's own query stays, but cannot hold its own values against ours.
 */
import type { ClientConfig } from './client-config.js';
import { redirectUri } from './redirect-uri.js';
import { shuffled } from './shuffled.js';

export function authorizeUrl(config: ClientConfig, baseUrl: string, state: string): string {
  const { type, clientId, authorizationEndpoint, scopes } = config;
  const ours = shuffled<[string, string]>([
    ['response_type', 'code'],
    ['client_id', clientId],
    ['redirect_uri', redirectUri(baseUrl, authorizationEndpoint)],
    ['scope', [...scopes, ...(type === 'microsoft' ? ['offline_access'] : [])].join(' ')],
    ['state', state],
    ['prompt', type === 'google' ? 'select_account consent' : 'select_account'],
    ...(type === 'google' ? [['access_type', 'offline'] as [string, string]] : []),
  ]);
  const [address = '', own = ''] = authorizationEndpoint.split('?');
  const query = new URLSearchParams(own);
  for (const [name, value] of ours) query.set(name, value);
  return `${address}?${query.toString()}`;
}
