/** The provider's routes, all in one table: the classic Atlassian paths and the host's aliases (design.md, Paths). */
import { Router, type RequestHandler } from 'express';
import type { EndpointFactory, Endpoint } from '../http/handler.js';
import { allowOnly, allowOnlyPost } from '../http/allow-only.js';
import { accessTokenGrant } from './access-token.js';
import { reportingRejections } from '../http/attempt.js';
import { authorizePath, decideConsent, showConsent, type AuthorizeDependencies } from './authorize.js';
import type { Consumers } from './consumer.js';
import { requestTokenGrant } from './request-token.js';
import { tokenEndpoint } from './token-endpoint.js';

export interface ProviderDependencies extends AuthorizeDependencies {
  endpoints: EndpointFactory;
  consumers: Consumers;
}

export function providerRoutes(dependencies: ProviderDependencies): Router {
  const { context, rawBodies, consumers, endpoints } = dependencies;
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
  const page = (endpoint: Endpoint): RequestHandler =>
    endpoints('page', 'authorize', reportingRejections(context, 'authorize', endpoint));
  for (const path of [authorizePath, ...paths.authorize]) {
    router.get(path, page(showConsent(dependencies)));
    router.post(path, page(decideConsent(dependencies)));
    router.all(path, allowOnly('GET', 'POST'));
  }
  return router;
}
