/** Registers a consumer as an administrator would, and gives back a client that signs as it. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { SigningIdentity } from 'express-applinks/testing';
import type { KitApp } from './kit-app.js';
import { TestConsumer } from './test-consumer.js';

export interface ConsumerChanges {
  name?: string;
  signatureMethod?: 'HMAC-SHA1' | 'HMAC-SHA256' | 'RSA-SHA1';
  callbackUrl?: string;
  displayUrl?: string;
  allowInsecureMissingCallback?: boolean;
  scopes?: string[] | null;
  requestTokenLifetimeMs?: number;
  accessTokenLifetimeMs?: number;
  idleTimeoutMs?: number | null;
}

export interface RegisteredConsumer extends TestConsumer {
  linkId: string;
  credentialId: string;
}

/** Making RSA keys takes long; specs of one run share this one. */
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export async function registerConsumer(
  app: KitApp,
  { name = 'Bitbucket', signatureMethod = 'HMAC-SHA1', displayUrl, ...changes }: ConsumerChanges = {},
): Promise<RegisteredConsumer> {
  const key = `bitbucket-${randomUUID()}`;
  const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const kind = signatureMethod === 'RSA-SHA1' ? { publicKey: publicPem } : {};
  const { link, secrets } = await app.applinks.links.create({
    name,
    ...(displayUrl === undefined ? {} : { displayUrl }),
    credential: { key, signatureMethod, ...kind, ...changes },
  });
  const [credential] = link.incoming;
  if (!credential) throw new Error('the link has no credential');
  const identity: SigningIdentity =
    signatureMethod === 'RSA-SHA1'
      ? { consumerKey: key, signatureMethod, privateKey }
      : { consumerKey: key, signatureMethod, consumerSecret: secrets[credential.id] ?? '' };
  const consumer = new TestConsumer(app.baseUrl, identity);
  return Object.assign(consumer, { linkId: link.id, credentialId: credential.id });
}
