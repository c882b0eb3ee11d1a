/**
 * One request to the token endpoint (oauth2.md 1.5): credentials and every configured scope in the body with both
 * grants, three headers, no verifier, and whatever order of parameters comes about.
 */
import type { ClientConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';
import { jvmPost } from './jvm-post.js';
import { shuffled } from './shuffled.js';
import { datedTokens, type TokenSet } from './token-lifetimes.js';
import { readTokenResponse, TokenRefusal } from './token-response.js';

export type Grant =
  | { grant_type: 'authorization_code'; code: string; redirect_uri: string }
  | { grant_type: 'refresh_token'; refresh_token: string; redirect_uri?: string };

const jvmUserAgent = 'Java/17.0.12';

/** Rejects with TokenRefusal when it did not bring a token, whatever the reason. */
export async function requestToken(
  context: OAuth2ClientContext,
  config: ClientConfig,
  grant: Grant,
): Promise<TokenSet> {
  const { clientId, clientSecret, scopes, tokenEndpoint } = config;
  const { timeoutMs, emptyUserAgent } = context.switches;
  const parameters = { ...grant, client_id: clientId, client_secret: clientSecret, scope: scopes.join(' ') };
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
    Accept: 'application/json',
    'x-atlassian-token': 'no-check',
    'User-Agent': emptyUserAgent ? '' : jvmUserAgent,
  };
  const body = new URLSearchParams(shuffled(Object.entries(parameters))).toString();
  const beforeMs = context.now();
  const answer = await jvmPost(context, { url: tokenEndpoint, headers, body, timeoutMs }).catch(
    (error: unknown) => {
      throw new TokenRefusal(error instanceof Error ? error.message : 'The token endpoint did not answer.');
    },
  );
  return datedTokens(readTokenResponse(answer), { beforeMs, afterMs: context.now() });
}
