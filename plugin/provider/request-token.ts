/**
 * The request token endpoint (RFC 5849 section 2.1; J A2 with its KIT lines; AL 5.2): temporary credentials for a
 * consumer that has signed for them, bound to the callback it signed. Signature first, nonce last (rule 3).
 */
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import { digest } from '../store/digest.js';
import { sealedPlace } from '../store/sealed-places.js';
import { requireCallback } from './callback.js';
import type { Consumer, Consumers } from './consumer.js';
import { requireFreshNonce } from './nonce.js';
import type { TokenGrant } from './token-endpoint.js';
import { randomToken } from './token-values.js';

export function requestTokenGrant(context: Context, consumers: Consumers): TokenGrant {
  return async (message) => {
    const claimed = await consumers.find(message);
    const consumer = consumers.requireSignature(message, claimed, '');
    requireThreeLegged(consumer);
    const callback = requireCallback(message, consumer, context.config.restrictCallbackOrigins);
    await requireFreshNonce(context, message, consumer);
    const { token, secret } = await issue(context, consumer, callback);
    return [
      ['oauth_token', token],
      ['oauth_token_secret', secret],
      ['oauth_callback_confirmed', 'true'],
    ];
  };
}

/** @throws OAuthProblem `permission_denied` (AL 6.2 row 3). */
export function requireThreeLegged({ link }: Consumer): void {
  if (!link.levels.threeLegged) {
    throw new OAuthProblem(
      'permission_denied',
      {},
      { reason: 'the link does not allow tokens of users (3LO)' },
    );
  }
}

async function issue(
  { store, sealer, config, events }: Context,
  { link, credential }: Consumer,
  callback: string | null,
): Promise<{ token: string; secret: string }> {
  const token = randomToken();
  const secret = randomToken();
  const createdAtMs = config.clock();
  const stored = await store.requestTokens.create({
    digest: digest(token),
    sealedSecret: sealer.seal(secret, sealedPlace.requestTokenSecret(link.id, credential.id)),
    linkId: link.id,
    credentialId: credential.id,
    callback,
    decision: null,
    wrongVerifiers: 0,
    createdAtMs,
    expiresAtMs: createdAtMs + credential.requestTokenLifetimeMs,
  });
  if (!stored) throw new OAuthProblem('consumer_key_unknown', {}, { reason: 'consumer removed meanwhile' });
  events.emit('request_token.issued', { linkId: link.id, credentialId: credential.id });
  return { token, secret };
}
