/** May this access token be renewed now? (OAuth Session extension; J A3 rows 4a to 4c, KIT: it works.) */
import { OAuthProblem } from '../errors.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import { digest } from '../store/digest.js';
import type { AccessToken } from '../store/store.js';
import { isSameDigest } from './request-token-state.js';
import { rejectToken } from './token-owner.js';

/** @throws OAuthProblem `parameter_absent`, `token_rejected`, `permission_denied`. */
export function requireRenewable(message: Message, token: AccessToken, nowMs: number): void {
  const handle = requireParameter(message, 'oauth_session_handle');
  if (!isSameDigest(digest(handle), token.sessionHandleDigest)) rejectToken('wrong session handle');
  if (nowMs > token.sessionExpiresAtMs) {
    throw new OAuthProblem('permission_denied', {}, { reason: 'session expired' });
  }
}
