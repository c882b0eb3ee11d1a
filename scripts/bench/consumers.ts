/**
 * What the benchmark measures with: one link with an HMAC-SHA1 and an RSA-SHA1 consumer, each with an access token,
 * written to the store as the provider writes them, so that no request of the dance is part of a measurement.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Credential, Store } from 'express-applinks';
import type { SigningIdentity } from 'express-applinks/testing';
import { digest } from '../../plugin/store/digest.js';
import type { Sealer } from '../../plugin/store/seal.js';
import { sealedPlace } from '../../plugin/store/sealed-places.js';

/** All that a consumer signs with; plain values, since it travels from one process to the other. */
export interface BenchConsumer {
  identity: SigningIdentity;
  token: string;
  tokenSecret: string;
}

export const scope = 'build';
export const userId = 'ana';

const dayMs = 86_400_000;
const random = (): string => randomBytes(32).toString('base64url');

export async function createConsumers(store: Store, sealer: Sealer): Promise<BenchConsumer[]> {
  const nowMs = Date.now();
  const linkId = randomUUID();
  const common = (): Omit<Credential, 'kind' | 'signatureMethod' | 'sealedSecret' | 'publicKey'> => ({
    id: randomUUID(),
    key: random(),
    callbackUrl: null,
    allowInsecureMissingCallback: false,
    source: 'manual' as const,
    scopes: null,
    requestTokenLifetimeMs: dayMs,
    accessTokenLifetimeMs: dayMs,
    idleTimeoutMs: null,
    createdAtMs: nowMs,
  });
  const hmac = common();
  const rsa = common();
  const consumerSecret = random();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const incoming: Credential[] = [
    {
      ...hmac,
      kind: 'oauth1-hmac',
      signatureMethod: 'HMAC-SHA1',
      sealedSecret: sealer.seal(consumerSecret, sealedPlace.consumerSecret(linkId, hmac.id)),
    },
    {
      ...rsa,
      kind: 'oauth1-rsa',
      signatureMethod: 'RSA-SHA1',
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      offeredPublicKey: null,
    },
  ];
  await store.links.create({
    id: linkId,
    applicationId: null,
    remoteLinkId: null,
    name: 'Bench',
    type: 'stash',
    version: null,
    rpcUrl: null,
    displayUrl: null,
    primary: false,
    state: 'active',
    levels: { threeLegged: true, twoLegged: false, executingUserId: null, impersonation: false },
    serviceUserId: null,
    incoming,
    clients: [],
    outgoing: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    revision: 1,
  });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const identities: SigningIdentity[] = [
    { consumerKey: hmac.key, signatureMethod: 'HMAC-SHA1', consumerSecret },
    { consumerKey: rsa.key, signatureMethod: 'RSA-SHA1', privateKey: pem },
  ];
  return Promise.all(
    incoming.map(async (credential, index) => {
      const identity = identities[index];
      if (!identity) throw new Error('A consumer without an identity.');
      return { identity, ...(await grantToken(store, sealer, linkId, credential.id, nowMs)) };
    }),
  );
}

async function grantToken(
  store: Store,
  sealer: Sealer,
  linkId: string,
  credentialId: string,
  nowMs: number,
): Promise<{ token: string; tokenSecret: string }> {
  const [request, token, tokenSecret] = [digest(random()), random(), random()];
  const times = { createdAtMs: nowMs, expiresAtMs: nowMs + dayMs };
  await store.requestTokens.create({
    digest: request,
    sealedSecret: '',
    linkId,
    credentialId,
    callback: null,
    decision: null,
    wrongVerifiers: 0,
    ...times,
  });
  await store.requestTokens.decide(request, {
    outcome: 'allowed',
    userId,
    verifierDigest: digest(random()),
    scopes: [scope],
  });
  const stored = await store.requestTokens.exchange(request, {
    id: randomUUID(),
    digest: digest(token),
    sealedSecret: sealer.seal(tokenSecret, sealedPlace.accessTokenSecret(linkId, userId)),
    linkId,
    credentialId,
    userId,
    scopes: [scope],
    lastUsedAtMs: nowMs,
    sessionHandleDigest: digest(random()),
    sessionExpiresAtMs: nowMs + dayMs,
    ...times,
  });
  if (!stored) throw new Error('The store refused the access token.');
  return { token, tokenSecret };
}
