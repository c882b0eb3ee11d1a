/**
 * The second half of the composition root: what needs the store's first-run values (identity, keys) is put together once
 * they are there. Only applinks.ts calls it.
 */
import { Router, type RequestHandler } from 'express';
import { type ChangeLink } from './admin/link-change.js';
import type { ClientSchemas } from './admin/clients/client-input.js';
import type { ClientService } from './admin/clients/client-service.js';
import type { OwnServer } from './admin/clients/own-server.js';
import type { ConnectedAccounts } from './admin/connected-accounts.js';
import { createKeyService } from './admin/key-service.js';
import { createSetLevels } from './admin/link-levels.js';
import { type LinkService } from './admin/link-service.js';
import { withAddressCheck } from './admin/address-check.js';
import { addSecretConsumer } from './admin/autoconfigure/secret-consumer.js';
import { createAutomaticLinks } from './admin/autoconfigure/automatic-links.js';
import type { FindPeer } from './admin/autoconfigure/create-pages.js';
import { createLinkRoutes } from './admin/autoconfigure/routes.js';
import { landingRoutes } from './admin/landing/routes.js';
import { createLinkTrust } from './admin/link-trust.js';
import { createLinkingAccess } from './admin/linking/caller.js';
import type { Discovery, LinkingDependencies } from './admin/linking/context.js';
import { createPeerLinks } from './admin/linking/peer-links.js';
import { linkingRoutes } from './admin/linking/routes.js';
import { createSetManualOutgoing } from './admin/manual-outgoing.js';
import { createOAuth2Outgoing } from './admin/oauth2-outgoing.js';
import type { FindProduct } from './admin/oauth2-guide/create-oauth2-pages.js';
import { oauth2GuideRoutes } from './admin/oauth2-guide/routes.js';
import { createPageAccess } from './admin/page-access.js';
import { pageRoutes } from './admin/pages.js';
import { restRoutes } from './admin/rest.js';
import { type TokenService } from './admin/token-service.js';
import type { Context } from './context.js';
import { ApplinksError } from './errors.js';
import { createDiagnosis } from './consumer/diagnosis.js';
import { createDances } from './consumer/dance.js';
import { discover, fetchConsumerInfo, fetchManifest } from './consumer/discovery.js';
import { createIdentityOf } from './consumer/endpoints.js';
import { createGrants } from './consumer/grants.js';
import { createLinkClients, type ClientOptions, type LinkClient } from './consumer/link-client.js';
import { createOAuth1Calls } from './consumer/oauth1-calls.js';
import { createOAuth2Connections } from './consumer/oauth2/connections.js';
import { createOAuth2Consumer } from './consumer/oauth2/consumer.js';
import { consumerRoutes } from './consumer/routes.js';
import { createTokenRequests } from './consumer/token-requests.js';
import { createTransactions, transactionLifetimeMs } from './consumer/transactions.js';
import { type Transport } from './consumer/transport.js';
import { createTransactionCookie } from './http/transaction-cookie.js';
import { createCsrf } from './http/csrf.js';
import { type EndpointFactory } from './http/handler.js';
import { type RawBodies } from './http/raw-body.js';
import { skipNullBytes } from './http/skip-null-bytes.js';
import { tolerateDoubleSlashes } from './http/tolerate-double-slashes.js';
import { type Views } from './http/views.js';
import { createAuthenticator, type Authenticator } from './provider/authenticate.js';
import { createConsumers } from './provider/consumer.js';
import { createAttemptNotes } from './provider/oauth2/attempt-notes.js';
import { oauth2Routes } from './provider/oauth2/routes.js';
import { providerRoutes } from './provider/routes.js';
import { installationIdentity } from './store/identity.js';
import { installationKey } from './store/installation-key.js';
import { createSigningKeys } from './store/signing-keys.js';

export interface Parts {
  router: RequestHandler;
  authenticator: Authenticator;
  clients: (linkId: string, options?: ClientOptions) => LinkClient;
}

export interface Materials {
  context: Context;
  rawBodies: RawBodies;
  views: Views;
  endpoints: EndpointFactory;
  transport: Transport;
  changeLink: ChangeLink;
  links: LinkService;
  tokens: TokenService;
  accounts: ConnectedAccounts;
  clients: ClientService;
  clientSchemas: ClientSchemas;
  server: OwnServer;
  extensionRoutes: RequestHandler;
}

export async function assemble(materials: Materials): Promise<Parts> {
  const { context, rawBodies, views, endpoints, transport, links, tokens } = materials;
  const { store, sealer, config } = context;
  await store.migrate();
  const identity = await installationIdentity(store, {
    baseUrl: config.baseUrl,
    applicationName: config.application.name,
  });
  const keys = createSigningKeys(store.settings, sealer, config.clock);
  const csrf = createCsrf(await installationKey(store, sealer, 'csrf_key'), config.baseUrl);
  const consumers = await createConsumers(context);
  const notes = createAttemptNotes(context);
  const authenticator = createAuthenticator(context, consumers, rawBodies, notes);
  const requests = createTokenRequests(transport, config.clock);
  const identityOf = createIdentityOf(context, keys, identity.consumerKey);
  const grants = createGrants(context, requests, identityOf);
  const transactions = createTransactions(context);
  const dances = createDances(context, requests, identityOf, grants, transactions);
  const oauth2 = createOAuth2Consumer(context, transport, transactions);
  const cookies = createTransactionCookie('applinks_connect', config.baseUrl, transactionLifetimeMs / 1000);
  const router = Router();
  router.use(skipNullBytes);
  router.use(providerRoutes({ context, views, csrf, rawBodies, endpoints, consumers, identity, keys }));
  router.use(oauth2Routes({ context, views, csrf, rawBodies, endpoints, notes }));
  router.use(
    consumerRoutes({
      ...{ context, views, csrf, rawBodies, endpoints, cookies, dances },
      ...{ flows: oauth2.flows, oauth2Grants: oauth2.grants },
    }),
  );
  const access = createPageAccess(context, csrf, rawBodies);
  const linking: LinkingDependencies = {
    context,
    rawBodies,
    access: createLinkingAccess(context, (req) => authenticator(req, undefined)),
    peers: createPeerLinks(context, materials.changeLink),
    discovery: createDiscovery(transport),
    removeLink: (id, by) => links.remove(id, by),
    serverId: identity.serverId,
  };
  router.use(linkingRoutes({ ...linking, endpoints }));
  router.use(
    landingRoutes({ ...linking, access, views, endpoints, linking, changeLink: materials.changeLink }),
  );
  const clients = createLinkClients(context, transport, {
    oauth1: createOAuth1Calls(context, transport, identityOf, grants),
    oauth2: oauth2.calls,
  });
  const diagnose = createDiagnosis(context, transport, clients, identity.serverId, oauth2.test);
  const automatic = createAutomaticLinks({
    ...{ context, keys, changeLink: materials.changeLink },
    ...{ discovery: linking.discovery, peers: linking.peers, removeLink: linking.removeLink },
    call: (request) => transport.request({ ...request, maxBytes: 1_048_576 }),
    callAs: async (linkId, userId, method, path) => {
      const init = { method, headers: { accept: 'application/json' } };
      const answer = await clients(linkId).as(userId)(path, init);
      const { status, headers } = answer;
      return { status, headers, body: Buffer.from(await answer.arrayBuffer()) };
    },
    addSecretConsumer: (linkId, by) => addSecretConsumer(links, config, linkId, by),
    own: { id: identity.serverId, name: config.application.name, baseUrl: config.baseUrl },
    test: async (link) => {
      const { working, cause, cure } = await diagnose(link);
      if (!working) throw new ApplinksError('peer_refused', 502, `${cause} ${cure}`);
    },
  });
  const findPeer: FindPeer = async (entered) => {
    const { manifest, ...found } = await discover(transport, entered);
    return { ...found, isFound: manifest !== undefined };
  };
  router.use(
    createLinkRoutes({ context, views, access, automatic, endpoints, findPeer, peers: linking.peers }),
  );
  const administration = {
    ...{ context, rawBodies, endpoints, tokens, keys, accounts: materials.accounts },
    clients: materials.clients,
    ...{ clientSchemas: materials.clientSchemas, server: materials.server },
    links: withAddressCheck(links, linking.discovery),
    keyService: createKeyService({
      ...{
        context,
        keys,
        peers: linking.peers,
        discovery: linking.discovery,
        changeLink: materials.changeLink,
      },
      callAs: (linkId, userId, path) => clients(linkId).as(userId)(path),
    }),
    diagnose,
    automatic,
    findPeer,
    setManualOutgoing: createSetManualOutgoing(context, materials.changeLink),
    oauth2Outgoing: createOAuth2Outgoing(
      context,
      materials.changeLink,
      links,
      createOAuth2Connections(context, oauth2.metadata),
      materials.accounts,
    ),
    setLevels: createSetLevels(context, materials.changeLink),
    trust: createLinkTrust(context, materials.changeLink),
  };
  const findProduct: FindProduct = async (entered) => {
    const { manifest: product, ...found } = await discover(transport, entered);
    return { ...found, product };
  };
  router.use(restRoutes(administration));
  router.use(
    oauth2GuideRoutes({ ...administration, views, access, changeLink: materials.changeLink, findProduct }),
  );
  router.use(pageRoutes({ ...administration, views, csrf }));
  router.use(materials.extensionRoutes);
  return {
    router: tolerateDoubleSlashes(router),
    authenticator,
    clients: (linkId, options) => ({
      ...clients(linkId, options),
      status: async (user) => diagnose(await links.get(linkId), user),
    }),
  };
}

function createDiscovery(transport: Transport): Discovery {
  return {
    manifest: (url) => fetchManifest(transport, url, { refuseOwn: true }),
    consumerInfo: async (url) => {
      const { publicKey, ...info } = await fetchConsumerInfo(transport, url);
      return { ...info, publicKey: publicKey.spki, bits: publicKey.bits };
    },
  };
}
