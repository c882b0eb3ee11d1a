/** Addresses of the stand-in as a provider (applinks-oauth1.md 1.1, 6.1, 7.3, 7.4). */
import { userPage, type Handler } from '../callers.js';
import type { StandInContext } from '../context.js';
import { on, type Route } from '../route.js';
import { grantAccessToken } from './access-token.js';
import { authorize, tokenPagePath } from './authorize-pages.js';
import { listCapabilities, showCapability } from './own-capabilities.js';
import { showConsumerInfo } from './own-consumer-info.js';
import { preflightManifest, showManifest } from './own-manifest.js';
import { grantRequestToken } from './request-token.js';
import { applicationProperties, whoAmI } from './resources.js';
import { emptyAnswer, tokenEndpoint } from './token-endpoint.js';
import { revokeToken, tokenPage } from './token-page.js';

const applinks = '/rest/applinks/(1\\.0|2\\.0|3\\.0|latest)';
const manifest = `${applinks}/manifest(?:\\.json|\\.xml)?`;
const oauth = '/plugins/servlet/oauth';

export function providerRoutes(context: StandInContext): readonly Route[] {
  const consent: Handler = (incoming) => authorize(context, incoming);
  return [
    on('GET', manifest, (incoming, headers) => showManifest(context, incoming, headers)),
    on('OPTIONS', manifest, (_incoming, headers) => preflightManifest(headers)),
    on('GET', `${applinks}/capabilities`, () => listCapabilities()),
    on('GET', `${applinks}/capabilities/([^/]+)`, (incoming) => showCapability(incoming)),

    on('GET', `${oauth}/consumer-info`, () => showConsumerInfo(context)),
    on('GET', `${oauth}/(?:request|access)-token`, () => emptyAnswer()),
    on('POST', `${oauth}/request-token`, tokenEndpoint(context, grantRequestToken)),
    on('POST', `${oauth}/access-token`, tokenEndpoint(context, grantAccessToken)),
    on('GET', `${oauth}/authorize`, consent),
    on('POST', `${oauth}/authorize`, consent),
    on('GET', tokenPagePath, userPage(context)(tokenPage)),
    on('POST', tokenPagePath, (incoming) => revokeToken(context, incoming)),

    on('GET', '/plugins/servlet/applinks/whoami', (incoming) => whoAmI(incoming)),
    on('GET', '/rest/api/(?:1\\.0|latest)/application-properties', () => applicationProperties(context)),
  ];
}
