/** The documents by which a client learns what it may use (jenkins-integration.md C5, C1 row 3). */
import { json, type Answer } from '../answer.js';
import type { StandInContext } from '../context.js';
import { productFacts } from '../provider/product-facts.js';
import { restError } from '../rest/rest-error.js';
import { on, type Route } from '../route.js';

const version = '(?:1\\.0|latest)';

function showAll(context: StandInContext): Answer {
  const { capabilitySwitches: capabilities, state } = context;
  const base = context.baseUrl();
  const { name, version: productVersion, buildNumber } = productFacts[state.product];
  return json(200, {
    application: 'stash',
    buildDate: '2024-12-03T00:00:00.000Z',
    ...{ displayName: name, version: productVersion, buildNumber: String(buildNumber) },
    capabilities: {
      ...(capabilities.webhookEvents && { webhooks: `${base}/rest/webhooks/latest/capabilities` }),
      ...(capabilities.richBuildStatus && { build: `${base}/rest/api/latest/build/capabilities` }),
      ...(capabilities.deployments && { deployment: `${base}/rest/api/latest/deployment/capabilities` }),
    },
  });
}

/** A document that this Bitbucket has not. */
const whereKnown = (isKnown: boolean, value: unknown): Answer =>
  isKnown ? json(200, value) : restError(404, 'There is nothing at this address.');

export function capabilityRoutes(context: StandInContext): readonly Route[] {
  const { capabilitySwitches: capabilities } = context;
  return [
    on('GET', '/rest/capabilities', () => showAll(context)),
    on('GET', `/rest/webhooks/${version}/capabilities`, () =>
      whereKnown(capabilities.webhookEvents !== undefined, {
        'application-webhooks': capabilities.webhookEvents,
      }),
    ),
    on('GET', `/rest/api/${version}/build/capabilities`, () => {
      const cancelled = capabilities.cancelledStatus ? ['cancelledStatus'] : [];
      return whereKnown(capabilities.richBuildStatus, { buildStatus: ['richBuildStatus', ...cancelled] });
    }),
    on('GET', `/rest/api/${version}/deployment/capabilities`, () => whereKnown(capabilities.deployments, {})),
  ];
}
