/**
 * The checks and the answer of the access-token endpoint (applinks-oauth1.md 6.5): an allowed request token is swapped,
 * an access token renewed. The secret stays the same through all of it.
 */
import type { StandInContext } from '../context.js';
import {
  accessLifetimeMs,
  isExpired,
  randomAlphanumerics,
  sessionLifetimeMs,
  type IssuedToken,
} from '../issued-token.js';
import { OAuthRefusal } from './oauth-refusal.js';
import type { SignedMessage } from './signed-message.js';
import { required, validateMessage } from './validate-message.js';

function requireSwappable(token: IssuedToken, message: SignedMessage, nowMs: number): void {
  if (isExpired(token, nowMs)) throw new OAuthRefusal('token_expired');
  if (token.decision === 'undecided') throw new OAuthRefusal('permission_unknown');
  if (token.decision === 'denied') throw new OAuthRefusal('permission_denied');
  if (message.get('oauth_consumer_key') !== token.consumerKey) throw new OAuthRefusal('token_rejected');
  if (token.version === '1.0') return;
  if (required(message, 'oauth_verifier') !== token.verifier) throw new OAuthRefusal('token_rejected');
}

function requireRenewable({ session }: IssuedToken, message: SignedMessage, nowMs: number): void {
  if (!session) throw new OAuthRefusal('token_rejected');
  if (required(message, 'oauth_session_handle') !== session.handle) throw new OAuthRefusal('token_rejected');
  if (nowMs - session.renewedAtMs > sessionLifetimeMs) throw new OAuthRefusal('permission_denied');
}

const seconds = (ms: number): string => String(ms / 1000);

export function grantAccessToken(
  context: StandInContext,
  message: SignedMessage,
): Readonly<Record<string, string>> {
  const { issued, users, consumers } = context.state;
  const old = issued.get(required(message, 'oauth_token'));
  if (!old || (old.user !== undefined && !users.has(old.user))) throw new OAuthRefusal('token_rejected');
  const nowMs = context.now();
  (old.kind === 'request' ? requireSwappable : requireRenewable)(old, message, nowMs);
  const consumer = consumers.get(old.consumerKey);
  if (!consumer) throw new OAuthRefusal('consumer_key_unknown');
  validateMessage(context, message, consumer);
  const value = randomAlphanumerics(32);
  const handle = randomAlphanumerics(32);
  issued.delete(old.value);
  issued.set(value, {
    ...old,
    kind: 'access',
    value,
    verifier: undefined,
    createdAtMs: nowMs,
    session: { handle, renewedAtMs: nowMs },
  });
  return {
    oauth_token: value,
    oauth_token_secret: old.secret,
    oauth_expires_in: seconds(accessLifetimeMs),
    oauth_session_handle: handle,
    oauth_authorization_expires_in: seconds(sessionLifetimeMs),
  };
}
