/** A code for tokens, at once and once (oauth2.md 1.4 step 7, 1.6): a new token has to pass the 30-day rule as well. */
import type { ClientConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';
import type { FlowResult } from './flows.js';
import { redirectUri } from './redirect-uri.js';
import { complaintAbout } from './token-lifetimes.js';
import { requestToken } from './token-request.js';
import { TokenRefusal } from './token-response.js';

export async function exchangeCode(
  context: OAuth2ClientContext,
  config: ClientConfig,
  code: string,
): Promise<FlowResult> {
  try {
    const redirect_uri = redirectUri(context.baseUrl(), config.authorizationEndpoint);
    const granted = await requestToken(context, config, {
      grant_type: 'authorization_code',
      code,
      redirect_uri,
    });
    const error = complaintAbout(config, granted, context.now());
    return error === undefined ? { error, granted } : { error, granted: undefined };
  } catch (error) {
    if (error instanceof TokenRefusal) return { error: error.message, granted: undefined };
    throw error;
  }
}
