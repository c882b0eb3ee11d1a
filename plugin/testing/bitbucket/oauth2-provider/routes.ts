/** Every address of the OAuth 2.0 provider with who may call it (oauth2.md 2.1, 2.8). */
import { userPage, type Handler } from '../callers.js';
import { linkingPage, type PageHandler } from '../linking/access.js';
import type { LinkingContext } from '../linking/context.js';
import { on, type Route } from '../route.js';
import type { Sessions } from '../sessions.js';
import { authorize } from './authorize.js';
import { authorizedPage, revokeOnPage } from './authorized-page.js';
import { changeIncomingLink, newIncomingLink, showIncomingLink, submitIncomingLink } from './client-pages.js';
import {
  createClient,
  listClients,
  postJwtReset,
  putClient,
  putSecret,
  removeClient,
  showClient,
  systemAdminRest,
} from './client-rest.js';
import { consentPage, denyConsent, errorPage, switchAccount } from './consent-page.js';
import { httpsRest } from './https-rule.js';
import { showMetadata } from './metadata.js';
import {
  authorizedPath,
  authorizePath,
  consentPath,
  createIncomingPath,
  denyPath,
  errorPath,
  incomingLinksPath,
  metadataPath,
  restRoot,
  revokePath,
  switchAccountPath,
  tokenPath,
} from './paths.js';
import { revokeByClient, revokeByOwner } from './revoke.js';
import { issueTokens } from './token-endpoint.js';

const id = '([^/]+)';

export function oauth2ProviderRoutes(context: LinkingContext, sessions: Sessions): readonly Route[] {
  const rest = (handle: Handler): Handler => httpsRest(context, handle);
  const admin = (handle: Parameters<typeof systemAdminRest>[1]): Handler =>
    rest(systemAdminRest(context, handle));
  const adminPage = (handle: PageHandler): Handler => linkingPage(context, 'system-admin', handle);
  return [
    on(
      'GET',
      authorizePath,
      rest((incoming, headers) => authorize(context, incoming, headers)),
    ),
    on(
      'POST',
      tokenPath,
      rest((incoming, headers) => issueTokens(context, incoming, headers)),
    ),
    on(
      'POST',
      revokePath,
      rest((incoming, headers) => revokeByClient(context, incoming, headers)),
    ),
    on(
      'POST',
      `${revokePath}/${id}`,
      rest((incoming) => revokeByOwner(context, incoming)),
    ),
    on(
      'GET',
      metadataPath,
      rest(() => showMetadata(context)),
    ),
    on('POST', `${tokenPath}/jwt/reset`, admin(postJwtReset)),

    on('GET', `${restRoot}/client`, admin(listClients)),
    on('POST', `${restRoot}/client`, admin(createClient)),
    on('PUT', `${restRoot}/client/reset/${id}`, admin(putSecret)),
    on('GET', `${restRoot}/client/${id}`, admin(showClient)),
    on('PUT', `${restRoot}/client/${id}`, admin(putClient)),
    on('DELETE', `${restRoot}/client/${id}`, admin(removeClient)),

    on('GET', consentPath, (incoming) => consentPage(context, incoming)),
    on('GET', denyPath, (incoming) => denyConsent(context, incoming)),
    on('GET', errorPath, (incoming) => errorPage(context, incoming)),
    on('GET', switchAccountPath, (incoming, headers) => switchAccount(sessions, incoming, headers)),

    on('GET', createIncomingPath, adminPage(newIncomingLink)),
    on('POST', createIncomingPath, adminPage(submitIncomingLink)),
    on('GET', `${incomingLinksPath}/${id}`, adminPage(showIncomingLink)),
    on('POST', `${incomingLinksPath}/${id}`, adminPage(changeIncomingLink)),
    on('GET', authorizedPath, userPage(context)(authorizedPage)),
    on('POST', authorizedPath, (incoming) => revokeOnPage(context, incoming)),
  ];
}
