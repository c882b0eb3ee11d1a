/**
 * The checks that every signed request meets, in this order (applinks-oauth1.md 6.2 rows 5 to 8): method, duplicates,
 * version, timestamp, nonce, signature. The nonce is used up before the signature is looked at.
 */
import { verify } from 'node:crypto';
import { publicKeyOf } from '../public-key.js';
import type { StandInContext } from '../context.js';
import type { IncomingConsumer } from '../state.js';
import { OAuthRefusal, parameterAbsent } from './oauth-refusal.js';
import type { SignedMessage } from './signed-message.js';

const acceptedSeconds = 300;

const single = [
  'oauth_consumer_key',
  'oauth_token',
  'oauth_token_secret',
  'oauth_callback',
  'oauth_signature_method',
  'oauth_signature',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_version',
];

export function required(message: SignedMessage, name: string): string {
  const value = message.get(name);
  if (value === undefined) throw parameterAbsent(name);
  return value;
}

function requireSingle({ parameters }: SignedMessage): void {
  const rejected = single.filter((name) => parameters.filter(([known]) => known === name).length > 1);
  if (rejected.length === 0) return;
  throw new OAuthRefusal('parameter_rejected', { oauth_parameters_rejected: rejected.join('&') });
}

function requireVersion(message: SignedMessage): void {
  if (Number(message.get('oauth_version') ?? '1.0') === 1) return;
  throw new OAuthRefusal('version_rejected', { oauth_acceptable_versions: '1.0-1.0' });
}

export function timestampRefused(nowMs: number): OAuthRefusal {
  const now = Math.floor(nowMs / 1000);
  return new OAuthRefusal('timestamp_refused', {
    oauth_acceptable_timestamps: `${now - acceptedSeconds}-${now + acceptedSeconds}`,
  });
}

function requireTimestamp(timestamp: string, nowMs: number): void {
  // The library has no word for this: it fails, and the answer is a 500.
  if (!/^-?\d+$/.test(timestamp)) throw new Error(`The timestamp "${timestamp}" is not an integer.`);
  if (Math.abs(Number(timestamp) - Math.floor(nowMs / 1000)) > acceptedSeconds) throw timestampRefused(nowMs);
}

function requireSignature(message: SignedMessage, { publicKey }: IncomingConsumer): void {
  const signature = required(message, 'oauth_signature');
  const base = message.baseString();
  if (verify('sha1', Buffer.from(base), publicKeyOf(publicKey), Buffer.from(signature, 'base64'))) return;
  throw new OAuthRefusal('signature_invalid', {
    oauth_signature: signature,
    oauth_signature_base_string: base,
    oauth_signature_method: 'RSA-SHA1',
  });
}

/** @throws OAuthRefusal for what the reference names, Error for what ends in a 500. */
export function validateMessage(
  context: StandInContext,
  message: SignedMessage,
  consumer: IncomingConsumer,
): void {
  const method = required(message, 'oauth_signature_method');
  if (method !== 'RSA-SHA1') throw new OAuthRefusal('signature_method_rejected');
  requireSingle(message);
  requireVersion(message);
  const timestamp = required(message, 'oauth_timestamp');
  const nonce = required(message, 'oauth_nonce');
  const nowMs = context.now();
  requireTimestamp(timestamp, nowMs);
  const seen = { consumerKey: consumer.key, nonce, timestamp, token: message.get('oauth_token') ?? '' };
  if (!context.nonces.remember(seen, nowMs)) throw new OAuthRefusal('nonce_used');
  requireSignature(message, consumer);
}
