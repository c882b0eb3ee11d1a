/** The stand-in's own RSA key, with which Bitbucket signs for links in Atlassian style (applinks-oauth1.md 5.1). */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomInt,
  type KeyObject,
} from 'node:crypto';
import type { SigningIdentity } from '../sign-request.js';

export interface HostIdentity {
  consumerKey: string;
  identity(): SigningIdentity;
  /** SPKI as PEM: what the other side registers. */
  publicKeyPem(): string;
}

export interface HostIdentityOptions {
  consumerKey: string;
  /** Modulus of the generated key. */
  bits: number;
  /** PEM of a key to use instead of a generated one. */
  privateKeyPem: string | undefined;
}

/** Once per installation, as the peer makes it (applinks-oauth1.md part 4). */
export const newConsumerKey = (productName: string): string =>
  `${productName}:${String(randomInt(10 ** 10)).padStart(10, '0')}`;

/** The key is made when it is first needed: most tests use a link with a shared secret. */
export function createHostIdentity({ consumerKey, bits, privateKeyPem }: HostIdentityOptions): HostIdentity {
  let key: KeyObject | undefined;
  const privateKey = (): KeyObject => {
    key ??= privateKeyPem
      ? createPrivateKey(privateKeyPem)
      : generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
    return key;
  };
  return {
    consumerKey,
    identity: () => ({ consumerKey, signatureMethod: 'RSA-SHA1', privateKey: privateKey() }),
    publicKeyPem: () => createPublicKey(privateKey()).export({ type: 'spki', format: 'pem' }).toString(),
  };
}
