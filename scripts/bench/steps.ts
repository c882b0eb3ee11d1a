/** Where the time of a verification goes: each step alone, in the measured process, on the store that it uses. */
import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import type { Store } from 'express-applinks';
import { signRequest } from 'express-applinks/testing';
import { signatureBaseString } from '../../plugin/oauth1/base-string.js';
import { percentEncode } from '../../plugin/oauth1/encoding.js';
import { readMessage, type Message } from '../../plugin/oauth1/message.js';
import { verifySignature, type VerificationKey } from '../../plugin/oauth1/signature.js';
import { verifyMessage } from '../../plugin/oauth1/verify.js';
import { digest } from '../../plugin/store/digest.js';
import type { Sealer } from '../../plugin/store/seal.js';
import { sealedPlace } from '../../plugin/store/sealed-places.js';
import type { BenchConsumer } from './consumers.js';

export interface Step {
  name: string;
  microseconds: number;
}

const rounds = 5;
const callsPerRound = 2000;

export interface StepCosts {
  steps: Step[];
  /** HMAC-SHA1: from the raw request to the verdict, without the store. */
  verifyPerSecond: number;
  /** node:crypto alone over a base string of the same length. */
  hmacPerSecond: number;
}

export async function measureSteps(
  store: Store,
  sealer: Sealer,
  consumers: readonly BenchConsumer[],
  url: string,
): Promise<StepCosts> {
  const { raw, message, key, consumer } = sample(consumers, 'HMAC-SHA1', url);
  const rsa = sample(consumers, 'RSA-SHA1', url);
  const base = signatureBaseString(message);
  const tokenDigest = digest(consumer.token);
  const record = await store.accessTokens.get(tokenDigest);
  if (!record) throw new Error('The token of the benchmark is not in the store.');
  const secretPlace = sealedPlace.accessTokenSecret(record.linkId, record.userId);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const hmacKey = `${percentEncode(secretOf(consumer))}&${percentEncode(consumer.tokenSecret)}`;
  const hmac = (): Buffer => createHmac('sha1', hmacKey).update(base).digest();
  const verify = (): void => verifyMessage(readMessage(raw), { key, nowSeconds });

  const steps = await inTurn([
    ['read header, query and form', () => readMessage(raw)],
    ['base string', () => signatureBaseString(message)],
    ['HMAC-SHA1 and comparison', () => verifySignature(base, signatureOf(message), key)],
    ['RSA-SHA1 (2048 bits) instead', () => verifySignature(rsa.base, signatureOf(rsa.message), rsa.key)],
    ['digest of the token', () => digest(consumer.token)],
    ['open a sealed secret', () => sealer.open(record.sealedSecret, secretPlace)],
    ['store: consumer by key', () => store.links.findByConsumerKey(consumer.identity.consumerKey)],
    ['store: token by digest', () => store.accessTokens.get(tokenDigest)],
    ['store: nonce written', () => store.nonces.use(randomBytes(16).toString('hex'), Date.now() + 600_000)],
    ['verify', verify],
    ['hmac', hmac],
  ]);
  const perSecond = (name: string): number =>
    1e6 / (steps.find((step) => step.name === name)?.microseconds ?? NaN);
  return {
    steps: steps.filter(({ name }) => name !== 'verify' && name !== 'hmac'),
    verifyPerSecond: perSecond('verify'),
    hmacPerSecond: perSecond('hmac'),
  };
}

/** The median of interleaved rounds, after one that is not counted. */
async function inTurn(works: readonly (readonly [string, () => unknown])[]): Promise<Step[]> {
  const times = new Map<string, number[]>(works.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of works) {
      const started = performance.now();
      for (let call = 0; call < callsPerRound; call += 1) await work();
      if (round > 0) times.get(name)?.push(((performance.now() - started) * 1000) / callsPerRound);
    }
  }
  return [...times].map(([name, all]) => ({ name, microseconds: median(all) }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = sorted.length % 2 === 0 ? sorted.slice(middle - 1) : sorted.slice(middle);
  return sorted.length % 2 === 0 ? (low + high) / 2 : low;
}

interface Sample {
  raw: Parameters<typeof readMessage>[0];
  message: Message;
  base: string;
  key: VerificationKey;
  consumer: BenchConsumer;
}

function sample(consumers: readonly BenchConsumer[], method: 'HMAC-SHA1' | 'RSA-SHA1', url: string): Sample {
  const consumer = consumers.find(({ identity }) => identity.signatureMethod === method);
  if (!consumer) throw new Error(`No ${method} consumer.`);
  const { headers } = signRequest({ method: 'POST', url, ...consumer });
  const raw = {
    method: 'POST',
    url,
    authorization: headers.Authorization ?? headers.authorization,
    form: undefined,
  };
  const message = readMessage(raw);
  const base = signatureBaseString(message);
  return { raw, message, base, key: keyOf(consumer), consumer };
}

function keyOf(consumer: BenchConsumer): VerificationKey {
  const { identity, tokenSecret } = consumer;
  if (identity.signatureMethod !== 'RSA-SHA1') {
    return { method: identity.signatureMethod, consumerSecret: identity.consumerSecret, tokenSecret };
  }
  return { method: 'RSA-SHA1', publicKey: createPublicKey(identity.privateKey) };
}

function secretOf({ identity }: BenchConsumer): string {
  return identity.signatureMethod === 'RSA-SHA1' ? '' : identity.consumerSecret;
}

function signatureOf(message: Message): string {
  return message.get('oauth_signature') ?? '';
}
