/** Our side of OAuth 2.0 put together, for the composition root. */
import type { Context } from '../../context.js';
import type { Calls } from '../calls.js';
import type { Transactions } from '../transactions.js';
import type { Transport } from '../transport.js';
import { createOAuth2Calls } from './calls.js';
import { createChooseSite } from './cloud-sites.js';
import { createOAuth2Flows, type OAuth2Flows } from './flows.js';
import { createOAuth2Grants, type OAuth2Grants } from './grants.js';
import { createAskIdentity } from './identity.js';
import { createOAuth2LinkTest, type TestOAuth2 } from './link-test.js';
import { createMetadataReader, type MetadataReader } from './metadata.js';
import { createOAuth2TokenRequests } from './token-requests.js';

export interface OAuth2Consumer {
  flows: OAuth2Flows;
  grants: OAuth2Grants;
  calls: Calls;
  metadata: MetadataReader;
  test: TestOAuth2;
}

export function createOAuth2Consumer(
  context: Context,
  transport: Transport,
  transactions: Transactions,
): OAuth2Consumer {
  const requests = createOAuth2TokenRequests(transport);
  const grants = createOAuth2Grants(context, requests);
  const metadata = createMetadataReader(transport, context.config.clock);
  const askIdentity = createAskIdentity(transport);
  const chooseSite = createChooseSite(transport, context.config.cloud.apiUrl);
  return {
    grants,
    metadata,
    test: createOAuth2LinkTest(context, grants, metadata, askIdentity),
    flows: createOAuth2Flows({ context, transactions, requests, grants, metadata, askIdentity, chooseSite }),
    calls: createOAuth2Calls(context, transport, grants, askIdentity),
  };
}
