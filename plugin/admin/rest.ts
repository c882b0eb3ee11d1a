/** The JSON routes of the kit as one table: the same as the pages, for scripts and for pages of the host's own. */
import { Router } from 'express';
import type { Context } from '../context.js';
import { allowOnly } from '../http/allow-only.js';
import { reportingRejections } from '../http/attempt.js';
import type { Endpoint, EndpointFactory } from '../http/handler.js';
import type { RawBodies } from '../http/raw-body.js';
import type { SetLevels } from './link-levels.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { AutomaticLinks } from './autoconfigure/automatic-links.js';
import type { FindPeer } from './autoconfigure/create-pages.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import type { ClientSchemas } from './clients/client-input.js';
import type { ClientService } from './clients/client-service.js';
import type { OwnServer } from './clients/own-server.js';
import {
  addClientByJson,
  changeClientByJson,
  removeClientByJson,
  rotateClientSecretByJson,
} from './clients/rest-clients.js';
import type { KeyService } from './key-service.js';
import type { LinkService } from './link-service.js';
import type { Diagnose } from './link-status.js';
import type { LinkTrust } from './link-trust.js';
import type { SetManualOutgoing } from './manual-outgoing.js';
import type { OAuth2Outgoing } from './oauth2-connection.js';
import { openApiDocument } from './openapi.js';
import { createRestAccess } from './rest-access.js';
import {
  deleteBothByJson,
  linkByJson,
  lookUpByJson,
  ownHalfByJson,
  readHeldKeyByJson,
  readKeysByJson,
  refreshPeerKeyByJson,
  rotateKeyByJson,
} from './rest-automatic.js';
import {
  acceptKeyByJson,
  makePrimaryByJson,
  refuseKeyByJson,
  setLevelsByJson,
  setOutgoingByJson,
} from './rest-levels.js';
import {
  draftOAuth2ByJson,
  readOAuth2ByJson,
  removeOAuth2ByJson,
  saveOAuth2ByJson,
} from './rest-oauth2-outgoing.js';
import {
  addCredentialByJson,
  changeCredentialByJson,
  changeLinkByJson,
  createLinkByJson,
  listLinks,
  readLink,
  removeCredentialByJson,
  removeLinkByJson,
  replaceSecretByJson,
} from './rest-links.js';
import { readStatus, testByJson } from './rest-status.js';
import {
  disconnectMineByJson,
  disconnectOfLinkByJson,
  listAccountsOfLink,
  listMyAccounts,
} from './rest-accounts.js';
import {
  listAll,
  listMine,
  revokeAllMineByJson,
  revokeAnyByJson,
  revokeMatchingByJson,
  revokeMineByJson,
} from './rest-tokens.js';
import type { TokenService } from './token-service.js';

export interface RestDependencies {
  context: Context;
  endpoints: EndpointFactory;
  rawBodies: RawBodies;
  links: LinkService;
  tokens: TokenService;
  setLevels: SetLevels;
  trust: LinkTrust;
  diagnose: Diagnose;
  setManualOutgoing: SetManualOutgoing;
  oauth2Outgoing: OAuth2Outgoing;
  automatic: AutomaticLinks;
  keys: SigningKeys;
  keyService: KeyService;
  clients: ClientService;
  clientSchemas: ClientSchemas;
  server: OwnServer;
  findPeer: FindPeer;
  accounts: ConnectedAccounts;
}

type Method = 'get' | 'post' | 'put' | 'delete';

export function restRoutes({ endpoints, rawBodies, ...services }: RestDependencies): Router {
  const parts = { ...services, access: createRestAccess(services.context, rawBodies) };
  const router = Router();
  const route = (path: string, name: string, methods: Partial<Record<Method, Endpoint>>): void => {
    const { get, post, put, delete: remove } = methods;
    const heard = (endpoint: Endpoint) =>
      endpoints('json', name, reportingRejections(services.context, name, endpoint));
    if (get) router.get(path, heard(get));
    if (post) router.post(path, heard(post));
    if (put) router.put(path, heard(put));
    if (remove) router.delete(path, heard(remove));
    router.all(path, allowOnly(...Object.keys(methods).map((method) => method.toUpperCase())));
  };
  route('/applinks/rest/links', 'rest-links', { get: listLinks(parts), post: createLinkByJson(parts) });
  route('/applinks/rest/links/:id', 'rest-link', {
    get: readLink(parts),
    put: changeLinkByJson(parts),
    delete: removeLinkByJson(parts),
  });
  route('/applinks/rest/links/:id/status', 'rest-status', {
    get: readStatus(parts),
    post: testByJson(parts),
  });
  route('/applinks/rest/peers', 'rest-peers', { post: linkByJson(parts) });
  route('/applinks/rest/peers/lookup', 'rest-peer-lookup', { post: lookUpByJson(parts) });
  route('/applinks/rest/peers/own-half', 'rest-own-half', { post: ownHalfByJson(parts) });
  route('/applinks/rest/keys', 'rest-keys', { get: readKeysByJson(parts), post: rotateKeyByJson(parts) });
  route('/applinks/rest/links/:id/delete-both', 'rest-delete-both', { post: deleteBothByJson(parts) });
  route('/applinks/rest/links/:id/peer-key', 'rest-peer-key', { post: refreshPeerKeyByJson(parts) });
  route('/applinks/rest/links/:id/held-key', 'rest-held-key', { post: readHeldKeyByJson(parts) });
  route('/applinks/rest/links/:id/outgoing', 'rest-outgoing', { put: setOutgoingByJson(parts) });
  route('/applinks/rest/oauth2-links', 'rest-oauth2-links', { post: draftOAuth2ByJson(parts) });
  route('/applinks/rest/links/:id/outgoing/oauth2', 'rest-outgoing-oauth2', {
    get: readOAuth2ByJson(parts),
    put: saveOAuth2ByJson(parts),
    delete: removeOAuth2ByJson(parts),
  });
  route('/applinks/rest/links/:id/levels', 'rest-levels', { put: setLevelsByJson(parts) });
  route('/applinks/rest/links/:id/primary', 'rest-primary', { put: makePrimaryByJson(parts) });
  route('/applinks/rest/links/:id/credentials/:credentialId/offered-key', 'rest-offered-key', {
    put: acceptKeyByJson(parts),
    delete: refuseKeyByJson(parts),
  });
  route('/applinks/rest/links/:id/credentials', 'rest-credentials', { post: addCredentialByJson(parts) });
  route('/applinks/rest/links/:id/credentials/:credentialId', 'rest-credential', {
    put: changeCredentialByJson(parts),
    delete: removeCredentialByJson(parts),
  });
  route('/applinks/rest/links/:id/credentials/:credentialId/secret', 'rest-secret', {
    post: replaceSecretByJson(parts),
  });
  route('/applinks/rest/links/:id/accounts', 'rest-link-accounts', { get: listAccountsOfLink(parts) });
  route('/applinks/rest/links/:id/accounts/:accountId', 'rest-link-account', {
    delete: disconnectOfLinkByJson(parts),
  });
  route('/applinks/rest/links/:id/clients', 'rest-clients', { post: addClientByJson(parts) });
  route('/applinks/rest/links/:id/clients/:clientId', 'rest-client', {
    put: changeClientByJson(parts),
    delete: removeClientByJson(parts),
  });
  route('/applinks/rest/links/:id/clients/:clientId/secret', 'rest-client-secret', {
    post: rotateClientSecretByJson(parts),
  });
  route('/applinks/rest/openapi.json', 'rest-openapi', {
    get: parts.access.read('user', () =>
      Promise.resolve({
        status: 200,
        body: openApiDocument(services.context.config, services.clientSchemas),
      }),
    ),
  });
  route('/applinks/rest/tokens', 'rest-tokens', {
    get: listMine(parts),
    delete: revokeAllMineByJson(parts),
  });
  route('/applinks/rest/tokens/:id', 'rest-token', { delete: revokeMineByJson(parts) });
  route('/applinks/rest/accounts', 'rest-accounts', { get: listMyAccounts(parts) });
  route('/applinks/rest/accounts/:id', 'rest-account', { delete: disconnectMineByJson(parts) });
  route('/applinks/rest/admin/tokens', 'rest-tokens-all', {
    get: listAll(parts),
    delete: revokeMatchingByJson(parts),
  });
  route('/applinks/rest/admin/tokens/:id', 'rest-token-any', { delete: revokeAnyByJson(parts) });
  return router;
}
