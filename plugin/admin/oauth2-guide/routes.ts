/** The pages that make a link over OAuth 2.0 and lead through both of its sides. */
import { Router } from 'express';
import { allowOnly } from '../../http/allow-only.js';
import { reportingRejections } from '../../http/attempt.js';
import type { Endpoint, EndpointFactory } from '../../http/handler.js';
import {
  createIncomingByForm,
  createOAuth2ByForm,
  lookByForm,
  showCreateIncoming,
  showCreateOAuth2,
  type CreateOAuth2Dependencies,
} from './create-oauth2-pages.js';
import {
  addCalls,
  disconnectAccount,
  giveOutClient,
  saveCalls,
  saveRedirectUri,
  showGuide,
  showTested,
  type GuideDependencies,
} from './guide-pages.js';

export type OAuth2GuideDependencies = GuideDependencies &
  CreateOAuth2Dependencies & { endpoints: EndpointFactory };

export function oauth2GuideRoutes(parts: OAuth2GuideDependencies): Router {
  const { endpoints, context } = parts;
  const router = Router();
  const route = (path: string, name: string, { get, post }: { get?: Endpoint; post?: Endpoint }): void => {
    const page = (endpoint: Endpoint) =>
      endpoints('page', name, reportingRejections(context, name, endpoint));
    if (get) router.get(path, page(get));
    if (post) router.post(path, page(post));
    router.all(path, allowOnly(...(get ? ['GET'] : []), ...(post ? ['POST'] : [])));
  };
  const create = '/applinks/admin/create';
  route(`${create}/oauth2`, 'create-oauth2', {
    get: showCreateOAuth2(parts),
    post: createOAuth2ByForm(parts),
  });
  route(`${create}/oauth2/look`, 'create-oauth2-look', { post: lookByForm(parts) });
  route(`${create}/oauth2-incoming`, 'create-oauth2-incoming', {
    get: showCreateIncoming(parts),
    post: createIncomingByForm(parts),
  });
  const guide = '/applinks/admin/links/:id/oauth2';
  route(guide, 'oauth2-guide', { get: showGuide(parts) });
  route(`${guide}/tested`, 'oauth2-tested', { get: showTested(parts) });
  route(`${guide}/calls`, 'oauth2-calls', { post: saveCalls(parts) });
  route(`${guide}/direction`, 'oauth2-direction', { post: addCalls(parts) });
  route(`${guide}/client`, 'oauth2-client', { post: giveOutClient(parts) });
  route(`${guide}/redirect-uri`, 'oauth2-redirect-uri', { post: saveRedirectUri(parts) });
  route(`${guide}/disconnect`, 'oauth2-disconnect', { post: disconnectAccount(parts) });
  return router;
}
