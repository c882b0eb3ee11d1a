/** Where our users connect their accounts at peers, and come back from them (design.md, Paths). */
import { Router, type RequestHandler } from 'express';
import { allowOnly } from '../http/allow-only.js';
import { reportingRejections } from '../http/attempt.js';
import type { Endpoint, EndpointFactory } from '../http/handler.js';
import { confirmConnect, finishConnect, showConnect } from './connect.js';
import type { ConnectDependencies } from './connect-dependencies.js';
import { finishOAuth2Connect } from './oauth2/callback.js';
import { showConnected } from './oauth2/start.js';

export function consumerRoutes({
  endpoints,
  ...dependencies
}: ConnectDependencies & { endpoints: EndpointFactory }): Router {
  const router = Router();
  const page = (name: string, endpoint: Endpoint): RequestHandler =>
    endpoints('page', name, reportingRejections(dependencies.context, name, endpoint));
  router.get('/applinks/connect/:linkId', page('connect', showConnect(dependencies)));
  router.post('/applinks/connect/:linkId', page('connect', confirmConnect(dependencies)));
  router.all('/applinks/connect/:linkId', allowOnly('GET', 'POST'));
  router.get('/applinks/callback/oauth1/:linkId', page('callback', finishConnect(dependencies)));
  router.all('/applinks/callback/oauth1/:linkId', allowOnly('GET'));
  router.get('/applinks/callback/oauth2/:linkId', page('callback', finishOAuth2Connect(dependencies)));
  router.all('/applinks/callback/oauth2/:linkId', allowOnly('GET'));
  router.get('/applinks/connect/:linkId/done', page('connected', showConnected(dependencies)));
  router.all('/applinks/connect/:linkId/done', allowOnly('GET'));
  return router;
}
