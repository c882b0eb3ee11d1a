/**
 * Replay protection: a (consumer, nonce) pair is accepted once in the whole window of acceptable timestamps, in
 * however many processes (AL 6.7, KIT). The last check of every endpoint, so that a forged or failing request can
 * neither fill the memory nor burn a nonce of the real consumer (J A2, KIT).
 */
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter, timestampToleranceSeconds } from '../oauth1/verify.js';
import type { Consumer } from './consumer.js';

/** For the fraction of a second that timestamps lack, and for the clocks of several processes. */
const marginMs = 300_000;
/** A timestamp from the future stays acceptable for twice the tolerance. */
const windowMs = 2 * timestampToleranceSeconds * 1000 + marginMs;

/** @throws OAuthProblem `nonce_used`. */
export async function requireFreshNonce(
  { store, config }: Context,
  message: Message,
  { credential }: Consumer,
): Promise<void> {
  const nonce = requireParameter(message, 'oauth_nonce');
  const fresh = await store.nonces.use(`${credential.id}:${nonce}`, config.clock() + windowMs);
  if (!fresh) throw new OAuthProblem('nonce_used', {}, { reason: 'nonce seen before' });
}
