/** The linking resources that peers call, as one table named by the rows of applinks-oauth1.md 11a. */
import { Router } from 'express';
import { allowOnly } from '../../http/allow-only.js';
import type { EndpointFactory } from '../../http/handler.js';
import { sendLinking } from './answer.js';
import {
  putConsumer,
  putProvider,
  showAuthentication,
  showConsumers,
  showProviders,
  switchOff,
  switchOn,
} from './authentication.js';
import { checkAdministrator, checkReachable } from './authentication-info.js';
import type { LinkingDependencies } from './context.js';
import { linkingEndpoint, type LinkingHandler } from './endpoint.js';
import { putStatus, showStatus } from './oauth-status.js';
import {
  capabilitiesNamed,
  noEntityLink,
  noEntityPermission,
  showEntities,
  unknownCapability,
} from './open-resources.js';
import { deleteLink, mayDeleteLink, putLink } from './reciprocal-link.js';

type Methods = Partial<Record<'get' | 'put' | 'delete', LinkingHandler>>;

const version = '(?:1\\.0|2\\.0|3\\.0|latest)';
/** Both modules that have served the authentication resources; see 12.3. */
const authentication = `/rest/(?:applinks-oauth/(?:1\\.0|latest)|applinks/${version})/applicationlink/([^/]+)/authentication`;

export function linkingRoutes(dependencies: LinkingDependencies & { endpoints: EndpointFactory }): Router {
  const { endpoints, context } = dependencies;
  const router = Router();
  const route = (path: string, name: string, methods: Methods): void => {
    const pattern = new RegExp(`^${path}/?$`);
    const { get, put, delete: remove } = methods;
    const endpoint = (handle: LinkingHandler) =>
      endpoints('oauth', name, linkingEndpoint(context, name, handle));
    if (get) router.get(pattern, endpoint(get));
    if (put) router.put(pattern, endpoint(put));
    if (remove) router.delete(pattern, endpoint(remove));
    router.all(pattern, allowOnly(...Object.keys(methods).map((method) => method.toUpperCase())));
  };
  const rest = `/rest/applinks/${version}`;

  route(`${rest}/authenticationinfo`, 'authentication-info', { get: checkAdministrator(dependencies) });
  route(`${rest}/authenticationinfo/id/([^/]+)/url/(.*)`, 'authentication-info-url', {
    get: checkReachable(dependencies),
  });
  route(`${rest}/applicationlink/([^/]+)`, 'reciprocal-link', {
    put: putLink(dependencies),
    delete: deleteLink(dependencies),
  });
  route(`${authentication}/consumer`, 'link-consumer', {
    get: showConsumers(dependencies),
    put: putConsumer(dependencies),
  });
  route(`${authentication}/provider(?:/[^/]+)?`, 'link-provider', {
    get: showProviders(dependencies),
    put: putProvider(dependencies),
  });
  route(authentication, 'link-authentication', { get: showAuthentication(dependencies) });
  route(`${rest}/status/([^/]+)/oauth`, 'link-oauth-status', {
    get: showStatus(dependencies),
    put: putStatus(dependencies),
  });
  route('/plugins/servlet/applinks/auth/conf/oauth/autoconfig/([^/]+)', 'autoconfig', {
    put: switchOn(dependencies),
    delete: switchOff(dependencies),
  });
  route(`${rest}/permission/delete-application/([^/]+)`, 'may-delete', { get: mayDeleteLink(dependencies) });
  route(`${rest}/permission/(?:create-entity|delete-entity|reciprocate-[^/]+)/.+`, 'may-link-entity', {
    get: noEntityPermission,
  });
  route(`${rest}/entities(?:/[^/]+)?`, 'entities', { get: showEntities });
  route(`${rest}/entitylink/.+`, 'entity-link', {
    get: noEntityLink,
    put: noEntityLink,
    delete: noEntityLink,
  });
  router.get(new RegExp(`^${rest}/capabilities(?:/([^/]+))?/?$`), (req, res) => {
    const names = capabilitiesNamed(req.params);
    if (names) res.json(names);
    else sendLinking(req, res, unknownCapability);
  });
  return router;
}
