/**
 * The checks of a signed message that need no store (jenkins-integration.md A2, rows 4 to 10), in this order: required
 * parameters, version, timestamp, method, body hash, signature. A consumer has one method and only that is accepted
 * (no method confusion, no PLAINTEXT). The answer to a wrong signature shows nothing that helps to guess a right one.
 * The caller claims the nonce afterwards (rule 3), or an attacker could use up the nonces of others.
 */
import { timingSafeEqual } from 'node:crypto';
import { OAuthProblem } from '../errors.js';
import { baseStringUri, signatureBaseString } from './base-string.js';
import { bodyHash } from './body-hash.js';
import { percentEncode } from './encoding.js';
import type { Message } from './message.js';
import { verifySignature } from './signature.js';
import type { SignatureMethod, VerificationKey } from './signature.js';

export interface VerifyOptions {
  key: VerificationKey;
  nowSeconds: number;
  /** The raw body when it isn't a form; absent means empty. */
  body?: Uint8Array;
}

const requiredNames = [
  'oauth_consumer_key',
  'oauth_signature_method',
  'oauth_signature',
  'oauth_timestamp',
  'oauth_nonce',
];
/** How far a timestamp may be from our clock, either way. */
export const timestampToleranceSeconds = 300;
const plainPositiveInteger = /^[1-9]\d*$/;

/** @throws OAuthProblem with the code of the first check that fails. */
export function verifyMessage(message: Message, { key, nowSeconds, body }: VerifyOptions): void {
  requireParameters(message, requiredNames);
  requireVersion(message);
  requireTimestamp(message, nowSeconds);
  requireMethod(message, key.method);
  requireBodyHash(message, key.method, body);
  requireSignature(message, key);
}

/** @throws OAuthProblem `parameter_absent`; an empty value counts as absent. */
export function requireParameter(message: Message, name: string): string {
  const value = message.get(name);
  if (!value) throw absent([name]);
  return value;
}

function requireParameters(message: Message, names: readonly string[]): void {
  const missing = names.filter((name) => !message.get(name));
  if (missing.length > 0) throw absent(missing);
}

function requireVersion(message: Message): void {
  if ((message.get('oauth_version') ?? '1.0') === '1.0') return;
  throw new OAuthProblem('version_rejected', { oauth_acceptable_versions: '1.0-1.0' });
}

function requireTimestamp(message: Message, nowSeconds: number): void {
  const timestamp = requireParameter(message, 'oauth_timestamp');
  if (!plainPositiveInteger.test(timestamp)) {
    throw rejected('oauth_timestamp', 'The timestamp is not a positive integer in plain digits.');
  }
  const now = Math.floor(nowSeconds);
  const [min, max] = [now - timestampToleranceSeconds, now + timestampToleranceSeconds];
  if (Number(timestamp) >= min && Number(timestamp) <= max) return;
  throw new OAuthProblem(
    'timestamp_refused',
    { oauth_acceptable_timestamps: `${min}-${max}` },
    { reason: `The timestamp ${timestamp} is too far from our clock, ${now}. Check both clocks.` },
  );
}

function requireMethod(message: Message, method: SignatureMethod): void {
  if (message.get('oauth_signature_method') === method) return;
  throw new OAuthProblem('signature_method_rejected', { oauth_acceptable_signature_methods: method });
}

function requireBodyHash(
  message: Message,
  method: SignatureMethod,
  body: Uint8Array = new Uint8Array(),
): void {
  const received = message.get('oauth_body_hash');
  if (received === undefined || isEqual(received, bodyHash(method, body))) return;
  throw rejected('oauth_body_hash', 'The body is not the one that was hashed.');
}

function requireSignature(message: Message, key: VerificationKey): void {
  const signature = requireParameter(message, 'oauth_signature');
  if (verifySignature(signatureBaseString(message), signature, key)) return;
  const signedUrl = `${message.method} ${baseStringUri(message.url)}`;
  throw new OAuthProblem(
    'signature_invalid',
    {},
    { reason: `The ${key.method} signature does not match ${signedUrl}. Check the key and the public URL.` },
  );
}

function isEqual(received: string, expected: string): boolean {
  const [a, b] = [Buffer.from(received), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function absent(names: readonly string[]): OAuthProblem {
  return new OAuthProblem('parameter_absent', {
    oauth_parameters_absent: names.map(percentEncode).join('&'),
  });
}

function rejected(name: string, reason: string): OAuthProblem {
  return new OAuthProblem('parameter_rejected', { oauth_parameters_rejected: name }, { reason });
}
