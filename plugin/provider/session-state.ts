/** May this access token be renewed now? (OAuth Session extension; J A3 rows 4a to 4c, KIT: it works.) */
import { OAuthProblem } from '../errors.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import { digest } from '../store/digest.js';
import type { Credential } from '../store/store.js';
import type { AccessToken } from '../store/tokens.js';
import { isSameDigest } from './request-token-state.js';
import { rejectToken } from './token-owner.js';

/** @throws OAuthProblem `parameter_absent`, `token_rejected`, `permission_denied`. */
export function requireRenewable(
  message: Message,
  token: AccessToken,
  { idleTimeoutMs }: Credential,
  nowMs: number,
): void {
  const handle = requireParameter(message, 'oauth_session_handle');
  if (!isSameDigest(digest(handle), token.sessionHandleDigest)) rejectToken('wrong session handle');
  if (nowMs > token.sessionExpiresAtMs) {
    throw new OAuthProblem('permission_denied', {}, { reason: 'session expired' });
  }
  if (isIdle(token, idleTimeoutMs, nowMs)) {
    throw new OAuthProblem('permission_denied', {}, { reason: 'access token unused for too long' });
  }
}

/** Unused for longer than its consumer's tokens may be. */
export function isIdle(
  { lastUsedAtMs, createdAtMs }: AccessToken,
  idleTimeoutMs: number | null,
  nowMs: number,
): boolean {
  return idleTimeoutMs !== null && nowMs > (lastUsedAtMs ?? createdAtMs) + idleTimeoutMs;
}
