/**
 * Finds the consumer of a signed message and checks its signature. An attacker probes for known consumer keys and
 * tokens by the time an answer takes: an unknown one costs the same work, against a dummy key (rule 3). A consumer
 * has one signature method, so a message signed by another method is refused whatever its signature (J A10).
 */
import { createPublicKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import { requireParameter, verifyMessage, type VerifyOptions } from '../oauth1/verify.js';
import type { Message } from '../oauth1/message.js';
import type { VerificationKey } from '../oauth1/signature.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Credential, Link } from '../store/store.js';
import { createSignatureAdvice } from './signature-advice.js';

export interface Consumer {
  link: Link;
  credential: Credential;
}

export interface Consumers {
  /** @throws OAuthProblem `parameter_absent`. Undefined for an unknown consumer: pass it on to `requireSignature`. */
  find(message: Message): Promise<Consumer | undefined>;
  /**
   * @param tokenSecret '' when the message carries no token; undefined for a token that does not exist or is not
   * this consumer's, which is reported as `token_rejected` after the same work.
   * @throws OAuthProblem by RFC 5849 section 3.2; `consumer_key_unknown`, `token_rejected`.
   */
  requireSignature(
    message: Message,
    consumer: Consumer | undefined,
    tokenSecret: string | undefined,
    options?: SignatureOptions,
  ): Consumer;
}

interface SignatureOptions {
  /** Raw body, when the message is not a form. */
  body?: Uint8Array | undefined;
  /** How an unknown consumer is reported; default `consumer_key_unknown`. */
  unknownAs?: 'consumer_key_unknown' | 'token_rejected';
}

export async function createConsumers(context: Context): Promise<Consumers> {
  const { store, config } = context;
  const dummy = await createDummyKeys(context);
  const publicKeys = createPublicKeyCache();
  const advise = createSignatureAdvice(context);

  const keyOf = ({ link, credential }: Consumer, tokenSecret: string): VerificationKey => {
    if (credential.kind === 'oauth1-rsa')
      return { method: 'RSA-SHA1', publicKey: publicKeys(credential.publicKey) };
    const place = sealedPlace.consumerSecret(link.id, credential.id);
    const consumerSecret = context.sealer.open(credential.sealedSecret, place);
    return { method: credential.signatureMethod, consumerSecret, tokenSecret };
  };

  const verifyKnown = (message: Message, options: VerifyOptions, link: Link): void => {
    try {
      verifyMessage(message, options);
    } catch (error) {
      if (error instanceof OAuthProblem && error.problem === 'signature_invalid')
        advise(link, message, options.key);
      throw error;
    }
  };

  return {
    find: (message) => store.links.findByConsumerKey(requireParameter(message, 'oauth_consumer_key')),
    requireSignature: (message, consumer, tokenSecret, { body, unknownAs = 'consumer_key_unknown' } = {}) => {
      const nowSeconds = Math.floor(config.clock() / 1000);
      const known = consumer !== undefined && tokenSecret !== undefined;
      const method = consumer?.credential.signatureMethod ?? message.get('oauth_signature_method');
      const key = known ? keyOf(consumer, tokenSecret) : dummy(method, tokenSecret !== '');
      const options = body === undefined ? { key, nowSeconds } : { key, nowSeconds, body };
      if (known) {
        verifyKnown(message, options, consumer.link);
        return consumer;
      }
      try {
        verifyMessage(message, options);
      } catch (error) {
        if (!(error instanceof OAuthProblem)) throw error;
      }
      throw consumer
        ? new OAuthProblem('token_rejected', {}, { reason: 'token unknown, or of another consumer' })
        : new OAuthProblem(unknownAs, {}, { reason: 'no consumer with this key' });
    },
  };
}

type DummyKeys = (method: string | undefined, hasToken: boolean) => VerificationKey;

/** Keys that nobody signs with, of the kind that the caller expects to be checked against, opened as real ones are. */
async function createDummyKeys({ sealer }: Context): Promise<DummyKeys> {
  const { publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const place = sealedPlace.consumerSecret('dummy', 'dummy');
  const sealed = sealer.seal(randomBytes(32).toString('base64url'), place);
  return (method, hasToken) => {
    const tokenSecret = hasToken ? sealer.open(sealed, place) : '';
    if (method === 'RSA-SHA1') return { method, publicKey };
    const consumerSecret = sealer.open(sealed, place);
    return { method: method === 'HMAC-SHA256' ? method : 'HMAC-SHA1', consumerSecret, tokenSecret };
  };
}

/** Parsing a key costs more than verifying with it; a handful of peers have one each. */
function createPublicKeyCache(): (spki: string) => KeyObject {
  const cache = new Map<string, KeyObject>();
  return (spki) => {
    const known = cache.get(spki);
    if (known) return known;
    if (cache.size >= 100) cache.clear();
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    cache.set(spki, key);
    return key;
  };
}
