/** Pages that peers send browsers to, by the rows of applinks-oauth1.md 11a. */
import { Router } from 'express';
import { allowOnly } from '../../http/allow-only.js';
import { reportingRejections } from '../../http/attempt.js';
import type { Endpoint, EndpointFactory } from '../../http/handler.js';
import { publicPath } from '../../http/public-url.js';
import { acceptLink, landingPath, showLanding, type LandingDependencies } from './landing-pages.js';
import { doSwitch, showSwitch, type SwitchDependencies } from './switch-pages.js';

/** Row a23: where peers send their users to manage what they have allowed (5.1). */
const peersTokenPath = '/plugins/servlet/oauth/users/access-tokens';
const switches =
  /^\/plugins\/servlet\/applinks\/auth\/conf\/oauth\/(?:outbound\/(?:apl|apl-2lo)|add-consumer-by-url)\/([^/]+)(?:\/INBOUND)?\/?$/;

export function landingRoutes(
  dependencies: LandingDependencies & SwitchDependencies & { endpoints: EndpointFactory },
): Router {
  const { endpoints, context } = dependencies;
  const router = Router();
  const route = (path: string | RegExp, name: string, get: Endpoint, post: Endpoint): void => {
    router.get(path, endpoints('page', name, reportingRejections(context, name, get)));
    router.post(path, endpoints('page', name, reportingRejections(context, name, post)));
    router.all(path, allowOnly('GET', 'POST'));
  };
  route(landingPath, 'landing', showLanding(dependencies), acceptLink(dependencies));
  route(switches, 'switch', showSwitch(dependencies), doSwitch(dependencies));
  router.get(peersTokenPath, (_req, res) => {
    res.redirect(302, publicPath(context.config, '/applinks/tokens'));
  });
  return router;
}
