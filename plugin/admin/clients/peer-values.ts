/**
 * What an administrator of the peer enters in its form of an outgoing link, in the order of that form (oauth2.md 1.1, 5.4):
 * the secret is not among the values, since it is known only to the answer that made it.
 */
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { PasteValue } from '../paste-values.js';
import type { OwnServer } from './own-server.js';

export function peerValues(server: OwnServer, { clientId, scopes }: OAuth2Client): PasteValue[] {
  return [
    { id: 'client-id', label: 'Client ID', value: clientId },
    { id: 'authorization-endpoint', label: 'Authorization endpoint', value: server.authorizationEndpoint },
    { id: 'token-endpoint', label: 'Token endpoint', value: server.tokenEndpoint },
    ...scopes.map((scope, index) => ({
      id: `oauth2-scope-${index}`,
      label: scopes.length === 1 ? 'Scope' : `Scope ${index + 1}`,
      value: scope,
    })),
  ];
}
