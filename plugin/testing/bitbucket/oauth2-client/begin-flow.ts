/** Beginning a flow (oauth2.md 1.8 step 1): both endpoints are judged again, since the rule may have changed since. */
import type { ClientConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';
import type { Flow } from './flows.js';
import { isSafeAddress } from './https-rule.js';
import { callbackPath } from './redirect-uri.js';

export interface BegunFlow {
  id: string;
  /** Where the browser of this session goes next. */
  initFlowUrl: string;
}

/** A sentence when it must not begin. */
export function beginFlow(
  context: OAuth2ClientContext,
  session: string,
  config: ClientConfig,
  asked: Omit<Flow, 'id' | 'config'>,
): BegunFlow | string {
  const endpoints = [config.authorizationEndpoint, config.tokenEndpoint];
  if (!endpoints.every((url) => isSafeAddress(url, context.switches))) {
    return 'The endpoints of the authorization server must begin with https.';
  }
  const { id } = context.flows.create(session, { ...asked, config });
  return { id, initFlowUrl: `${context.baseUrl()}${callbackPath}?startFlow=${id}` };
}
