/**
 * The metadata document (oauth2.md 2.2): it is not where RFC 8414 puts it, and it understates the peer, which refreshes
 * and checks PKCE although neither is listed. Hostile documents on demand try to move a client's requests elsewhere.
 */
import { redirect, type Answer } from '../answer.js';
import type { StandInContext } from '../context.js';
import { errorCollection, uncachedJson } from './oauth2-refusal.js';
import { authorizePath, metadataPath, revokePath, tokenPath } from './paths.js';
import { scopeNames } from './scopes.js';

const elsewhere = 'https://attacker.example.test';
const hugeBytes = 10 * 1024 * 1024;

const documentOf = (context: StandInContext, endpointBase: string): object => ({
  issuer: context.baseUrl(),
  authorization_endpoint: endpointBase + authorizePath,
  token_endpoint: endpointBase + tokenPath,
  revocation_endpoint: endpointBase + revokePath,
  scopes_supported: scopeNames(context.state.product),
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  revocation_endpoint_auth_methods_supported: ['client_secret_post'],
});

export function showMetadata(context: StandInContext): Answer {
  const base = context.baseUrl();
  const own = documentOf(context, base);
  switch (context.oauth2.switches.metadata) {
    case 'served':
      return uncachedJson(200, own);
    case 'absent':
      return errorCollection(404, ['There is nothing here.']);
    case 'other-issuer':
      return uncachedJson(200, { ...own, issuer: elsewhere });
    case 'other-origin':
      return uncachedJson(200, documentOf(context, elsewhere));
    case 'huge':
      return uncachedJson(200, { ...own, padding: 'x'.repeat(hugeBytes) });
    case 'redirect':
      return redirect(elsewhere + metadataPath);
  }
}
