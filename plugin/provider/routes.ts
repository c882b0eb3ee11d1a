/** The provider's routes, all in one table: the classic Atlassian paths and the host's aliases (design.md, Paths). */
import { Router, type RequestHandler } from 'express';
import type { EndpointFactory, Endpoint } from '../http/handler.js';
import { allowOnly, allowOnlyPost } from '../http/allow-only.js';
import { accessTokenGrant } from './access-token.js';
import { reportingRejections } from '../http/attempt.js';
import { authorizePath, decideConsent, showConsent, type AuthorizeDependencies } from './authorize.js';
import type { Identity } from '../store/identity.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { Consumers } from './consumer.js';
import { consumerInfoPath, serveConsumerInfo } from './consumer-info.js';
import { allowManifestFrom, serveManifest } from './manifest.js';
import { requestTokenGrant } from './request-token.js';
import { tokenEndpoint } from './token-endpoint.js';

export interface ProviderDependencies extends AuthorizeDependencies {
  identity: Identity;
  keys: SigningKeys;
  endpoints: EndpointFactory;
  consumers: Consumers;
}

export function providerRoutes(dependencies: ProviderDependencies): Router {
  const { context, rawBodies, consumers, endpoints, identity, keys } = dependencies;
  const { paths } = context.config;
  const router = Router();

  const tokenRoute = (
    name: string,
    classic: string,
    aliases: readonly string[],
    endpoint: Endpoint,
  ): void => {
    for (const path of [classic, ...aliases]) {
      router.post(path, endpoints('oauth', name, endpoint));
      router.all(path, allowOnlyPost(context.config.baseUrl));
    }
  };
  tokenRoute(
    'request-token',
    '/plugins/servlet/oauth/request-token',
    paths.requestToken,
    tokenEndpoint(context, rawBodies, 'request-token', requestTokenGrant(context, consumers)),
  );
  tokenRoute(
    'access-token',
    '/plugins/servlet/oauth/access-token',
    paths.accessToken,
    tokenEndpoint(context, rawBodies, 'access-token', accessTokenGrant(context, consumers)),
  );
  const manifest = new RegExp('^/rest/applinks/(?:1\\.0|2\\.0|3\\.0|latest)/manifest(?:\\.json|\\.xml)?/?$');
  router.get(manifest, serveManifest(context.config, identity));
  router.options(manifest, allowManifestFrom);
  router.all(manifest, allowOnly('GET', 'OPTIONS'));
  router.get(
    consumerInfoPath,
    endpoints('oauth', 'consumer-info', serveConsumerInfo(context.config, identity, keys)),
  );
  router.all(consumerInfoPath, allowOnly('GET'));
  const page = (endpoint: Endpoint): RequestHandler =>
    endpoints('page', 'authorize', reportingRejections(context, 'authorize', endpoint));
  for (const path of [authorizePath, ...paths.authorize]) {
    router.get(path, page(showConsent(dependencies)));
    router.post(path, page(decideConsent(dependencies)));
    router.all(path, allowOnly('GET', 'POST'));
  }
  return router;
}
