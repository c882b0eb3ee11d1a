/**
 * The routes of the authorization server: our own paths, and those of Data Center products, which a newer one may derive
 * from our base URL alone (oauth2.md 8.2 row 3; design.md, Paths).
 */
import { Router, type RequestHandler } from 'express';
import type { Config } from '../../config.js';
import { allowOnly } from '../../http/allow-only.js';
import type { Endpoint, EndpointFactory } from '../../http/handler.js';
import { endpointPaths, metadataOf, wellKnownPath } from '../../oauth2/metadata.js';
import { decideAuthorization, showAuthorization, type AuthorizationDependencies } from './authorize.js';
import { introspectionEndpoint } from './introspect.js';
import { revocationEndpoint } from './revoke.js';
import { tokenEndpoint } from './token.js';

export interface OAuth2Dependencies extends AuthorizationDependencies {
  endpoints: EndpointFactory;
}

export function oauth2Routes({ endpoints, ...dependencies }: OAuth2Dependencies): Router {
  const { context, rawBodies, notes } = dependencies;
  const { config } = context;
  const router = Router();
  const pathsOf = (name: 'authorize' | 'token' | 'revoke' | 'metadata'): string[] => [
    endpointPaths[name],
    ...(config.oauth2.dataCenterPaths ? [dataCenterPaths[name]] : []),
  ];
  const post = (paths: readonly string[], name: string, endpoint: Endpoint): void => {
    for (const path of paths) {
      router.post(path, endpoints('oauth2', name, endpoint));
      router.all(path, allowOnly('POST'));
    }
  };

  for (const path of pathsOf('authorize')) {
    router.get(path, endpoints('page', 'oauth2-authorize', showAuthorization(dependencies)));
    router.post(path, endpoints('page', 'oauth2-authorize', decideAuthorization(dependencies)));
    router.all(path, allowOnly('GET', 'POST'));
  }
  post(pathsOf('token'), 'oauth2-token', tokenEndpoint(context, rawBodies, notes));
  post(pathsOf('revoke'), 'oauth2-revoke', revocationEndpoint(context, rawBodies));
  if (config.oauth2.introspection)
    post([endpointPaths.introspect], 'oauth2-introspect', introspectionEndpoint(context, rawBodies));
  for (const path of pathsOf('metadata')) {
    router.get(path, serveMetadata(config));
    router.all(path, allowOnly('GET'));
  }
  return router;
}

/** For the root of the host's application, when ours is mounted below a path (RFC 8414 section 3). */
export function wellKnownRoutes(config: Config): Router {
  const router = Router();
  // As a pattern of our own: Express reads some characters of a path as one of its own.
  const literal = wellKnownPath(config.baseUrl).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const path = new RegExp(`^${literal}/?$`);
  router.get(path, serveMetadata(config));
  router.all(path, allowOnly('GET'));
  return router;
}

/** Where Data Center products have them (oauth2.md 2.1). */
const dataCenterPaths = {
  authorize: '/rest/oauth2/latest/authorize',
  token: '/rest/oauth2/latest/token',
  revoke: '/rest/oauth2/latest/revoke',
  metadata: '/rest/oauth2/latest/.well-known/oauth-authorization-server',
} as const;

function serveMetadata({ baseUrl, offeredScopes, oauth2 }: Config): RequestHandler {
  const document = metadataOf({
    issuer: baseUrl,
    scopes: Object.keys(offeredScopes),
    hasIntrospection: oauth2.introspection,
  });
  return (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.json(document);
  };
}
