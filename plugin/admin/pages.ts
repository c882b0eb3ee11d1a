/** The pages of the kit as one table: who may see what under which path (design.md, Paths). */
import { Router } from 'express';
import type { Context } from '../context.js';
import { allowOnly } from '../http/allow-only.js';
import { reportingRejections } from '../http/attempt.js';
import type { Csrf } from '../http/csrf.js';
import type { Endpoint, EndpointFactory } from '../http/handler.js';
import type { RawBodies } from '../http/raw-body.js';
import type { Views } from '../http/views.js';
import { assetRoutes } from './assets.js';
import {
  confirmDeleteClient,
  createClient,
  deleteClient,
  editClient,
  rotateSecret,
  showEditClient,
  showNewClient,
  useExpectedRedirectUri,
} from './clients/client-pages.js';
import type { ClientService } from './clients/client-service.js';
import type { OwnServer } from './clients/own-server.js';
import { createLink, editLink, replaceSecret, showEditLink, showNewLink } from './link-form-pages.js';
import { confirmDelete, deleteLink, showLink, showLinks } from './link-pages.js';
import type { SigningKeys } from '../store/signing-keys.js';
import { decideTrust, saveLevels, showLevels } from './level-pages.js';
import type { SetLevels } from './link-levels.js';
import { askAboutKeys, rotateKey, showKeys } from './key-pages.js';
import type { KeyService } from './key-service.js';
import type { CheckedLinkService } from './address-check.js';
import { testLink, type Diagnose } from './link-status.js';
import type { LinkTrust } from './link-trust.js';
import type { OAuth2Outgoing } from './oauth2-connection.js';
import type { SetManualOutgoing } from './manual-outgoing.js';
import { createOutgoing, saveOutgoing, showNewOutgoing, showOutgoing } from './outgoing-pages.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import { createPageAccess } from './page-access.js';
import {
  disconnectMine,
  revokeAllMine,
  revokeAny,
  revokeMatching,
  revokeMine,
  showAllTokens,
  showMyTokens,
} from './token-pages.js';
import type { TokenService } from './token-service.js';

export interface PageDependencies {
  context: Context;
  views: Views;
  endpoints: EndpointFactory;
  csrf: Csrf;
  rawBodies: RawBodies;
  links: CheckedLinkService;
  tokens: TokenService;
  accounts: ConnectedAccounts;
  keys: SigningKeys;
  setLevels: SetLevels;
  trust: LinkTrust;
  diagnose: Diagnose;
  keyService: KeyService;
  setManualOutgoing: SetManualOutgoing;
  clients: ClientService;
  server: OwnServer;
  oauth2Outgoing: OAuth2Outgoing;
}

export function pageRoutes({ endpoints, csrf, rawBodies, ...services }: PageDependencies): Router {
  const parts = { ...services, access: createPageAccess(services.context, csrf, rawBodies) };
  const router = Router();
  const route = (path: string, name: string, { get, post }: { get?: Endpoint; post?: Endpoint }): void => {
    const heard = (endpoint: Endpoint) =>
      endpoints('page', name, reportingRejections(services.context, name, endpoint));
    if (get) router.get(path, heard(get));
    if (post) router.post(path, heard(post));
    router.all(path, allowOnly(...(get ? ['GET'] : []), ...(post ? ['POST'] : [])));
  };
  router.use(assetRoutes());
  route('/applinks/admin', 'links', { get: showLinks(parts) });
  route('/applinks/admin/links/new', 'link-new', { get: showNewLink(parts), post: createLink(parts) });
  route('/applinks/admin/links/new-outgoing', 'link-new-outgoing', {
    get: showNewOutgoing(parts),
    post: createOutgoing(parts),
  });
  route('/applinks/admin/links/:id', 'link', { get: showLink(parts) });
  route('/applinks/admin/links/:id/levels', 'link-levels', {
    get: showLevels(parts),
    post: saveLevels(parts),
  });
  route('/applinks/admin/links/:id/test', 'link-test', { post: testLink(parts) });
  route('/applinks/admin/links/:id/outgoing', 'link-outgoing', {
    get: showOutgoing(parts),
    post: saveOutgoing(parts),
  });
  route('/applinks/admin/keys', 'keys', { get: showKeys(parts), post: rotateKey(parts) });
  route('/applinks/admin/links/:id/keys', 'link-keys', { post: askAboutKeys(parts) });
  route('/applinks/admin/links/:id/trust', 'link-trust', { post: decideTrust(parts) });
  route('/applinks/admin/links/:id/edit', 'link-edit', { get: showEditLink(parts), post: editLink(parts) });
  route('/applinks/admin/links/:id/secret', 'link-secret', { post: replaceSecret(parts) });
  route('/applinks/admin/links/:id/delete', 'link-delete', {
    get: confirmDelete(parts),
    post: deleteLink(parts),
  });
  route('/applinks/admin/links/:id/clients/new', 'client-new', {
    get: showNewClient(parts),
    post: createClient(parts),
  });
  route('/applinks/admin/links/:id/clients/:clientId/edit', 'client-edit', {
    get: showEditClient(parts),
    post: editClient(parts),
  });
  route('/applinks/admin/links/:id/clients/:clientId/secret', 'client-secret', { post: rotateSecret(parts) });
  route('/applinks/admin/links/:id/clients/:clientId/redirect-uri', 'client-redirect-uri', {
    post: useExpectedRedirectUri(parts),
  });
  route('/applinks/admin/links/:id/clients/:clientId/delete', 'client-delete', {
    get: confirmDeleteClient(parts),
    post: deleteClient(parts),
  });
  route('/applinks/admin/tokens', 'tokens-all', { get: showAllTokens(parts) });
  route('/applinks/admin/tokens/revoke-all', 'tokens-revoke-matching', { post: revokeMatching(parts) });
  route('/applinks/admin/tokens/:id/revoke', 'token-revoke-any', { post: revokeAny(parts) });
  route('/applinks/tokens', 'tokens', { get: showMyTokens(parts) });
  route('/applinks/accounts/:id/disconnect', 'account-disconnect', { post: disconnectMine(parts) });
  route('/applinks/tokens/revoke-all', 'tokens-revoke-all', { post: revokeAllMine(parts) });
  route('/applinks/tokens/:id/revoke', 'token-revoke', { post: revokeMine(parts) });
  return router;
}
