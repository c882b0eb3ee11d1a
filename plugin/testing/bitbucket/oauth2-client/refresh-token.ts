/**
 * Refreshing a kept token (oauth2.md 1.7): no error code is special. A failure makes it RECOVERABLE, and UNRECOVERABLE
 * once its refresh token is over or it has been failing for seven days; until then the dead token is presented again.
 */
import type { ClientToken } from './client-token.js';
import type { OAuth2ClientContext } from './context.js';
import { setStatus } from './store-token.js';
import { requestToken } from './token-request.js';
import { redirectUri } from './redirect-uri.js';
import { TokenRefusal } from './token-response.js';

const skewMs = 60_000;
const failingPeriodMs = 7 * 24 * 3600 * 1000;

/** Why the token cannot be used now, if so. */
export type Failure = { outcome: 'recoverable' | 'unrecoverable' | 'crashed'; error: string } | undefined;

export const giveUp = (context: OAuth2ClientContext, token: ClientToken, error: string): Failure => {
  setStatus(context, token, 'UNRECOVERABLE');
  return { outcome: 'unrecoverable', error };
};

function noteFailure(context: OAuth2ClientContext, token: ClientToken, error: string): Failure {
  const now = context.now();
  const isOver = token.refreshTokenExpiresAtMs < now - skewMs;
  const hasFailedLong = token.status === 'RECOVERABLE' && now - token.statusSinceMs >= failingPeriodMs;
  if (isOver || hasFailedLong) return giveUp(context, token, error);
  setStatus(context, token, 'RECOVERABLE');
  return { outcome: 'recoverable', error };
}

/** `crashes`: the node dies between the answer and storing it, so that a rotated refresh token is lost. */
export async function refreshToken(
  context: OAuth2ClientContext,
  token: ClientToken,
  crashes: boolean,
): Promise<Failure> {
  const config = context.configs.get(token.configId);
  if (!config) return giveUp(context, token, 'The link of this token is gone.');
  const { refreshToken: presented } = token;
  if (presented === undefined) {
    const isOver = token.accessTokenExpiresAtMs < context.now() - skewMs;
    return isOver
      ? giveUp(context, token, 'The access token is over, and there is no refresh token.')
      : undefined;
  }
  try {
    const granted = await requestToken(context, config, {
      grant_type: 'refresh_token',
      refresh_token: presented,
      ...(config.type === 'microsoft' && {
        redirect_uri: redirectUri(context.baseUrl(), config.authorizationEndpoint),
      }),
    });
    if (crashes) return { outcome: 'crashed', error: 'The answer was not stored.' };
    Object.assign(token, { ...granted, refreshToken: granted.refreshToken ?? presented });
    if (token.status === 'RECOVERABLE') setStatus(context, token, 'UNKNOWN');
    return undefined;
  } catch (error) {
    if (error instanceof TokenRefusal) return noteFailure(context, token, error.message);
    throw error;
  }
}
