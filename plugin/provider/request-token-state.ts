/**
 * May this request token be swapped now, and is the verifier right? (J A3 rows 3a to 3e.) The verifier proves that
 * the user who decided is the one at the consumer; five wrong tries lock the token, so it cannot be guessed.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import { digest } from '../store/digest.js';
import { mostWrongVerifiers, type Decision, type RequestToken } from '../store/tokens.js';
import { rejectToken } from './token-owner.js';

export type Allowed = Extract<Decision, { outcome: 'allowed' }>;

/** @throws OAuthProblem `token_expired`, `permission_unknown`, `permission_denied`, `token_rejected` when locked. */
export function requireExchangeable(token: RequestToken, nowMs: number): Allowed {
  if (nowMs > token.expiresAtMs)
    throw new OAuthProblem('token_expired', {}, { reason: 'request token expired' });
  if (token.decision === null) {
    throw new OAuthProblem('permission_unknown', {}, { reason: 'the user has not decided yet' });
  }
  if (token.decision.outcome === 'denied') {
    throw new OAuthProblem('permission_denied', {}, { reason: 'the user has denied' });
  }
  if (token.wrongVerifiers >= mostWrongVerifiers) rejectToken('locked after too many wrong verifiers');
  return token.decision;
}

/**
 * Comes after the nonce: one request that was recorded and sent again must not count five times.
 * @throws OAuthProblem `parameter_absent`, `token_rejected`.
 */
export async function requireVerifier(
  { store, events }: Context,
  message: Message,
  { digest: tokenDigest, linkId, credentialId }: RequestToken,
  { verifierDigest }: Allowed,
): Promise<void> {
  const given = digest(requireParameter(message, 'oauth_verifier'));
  if (isSameDigest(given, verifierDigest)) return;
  const wrong = await store.requestTokens.countWrongVerifier(tokenDigest);
  if (wrong >= mostWrongVerifiers) events.emit('request_token.locked', { linkId, credentialId });
  rejectToken('wrong verifier');
}

/** Both are digests of the same length. */
export function isSameDigest(given: string, stored: string): boolean {
  return given.length === stored.length && timingSafeEqual(Buffer.from(given), Buffer.from(stored));
}
