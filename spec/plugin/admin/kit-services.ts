/** The services without a server: on a real store, with the sealer that put the secrets there and all events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import {
  ApplinksError,
  createApplinks,
  InvalidInput,
  memoryStore,
  sqliteStore,
  type AccessToken,
  type Applinks,
  type ApplinksOptions,
  type Credential,
  type EventMap,
  type EventName,
  type Link,
  type SavedLink,
  type Store,
} from 'express-applinks';
import { sealedPlace } from '../../../plugin/store/sealed-places.js';
import { createSealer, type Sealer } from '../../../plugin/store/seal.js';
import { TestClock } from '../../support/clock.js';
import { TestHost } from '../../support/kit-host.js';

export interface KitServices {
  applinks: Applinks;
  store: Store;
  sealer: Sealer;
  clock: TestClock;
  /** Name and payload of each event, in order. */
  events: { name: EventName; event: EventMap[EventName] }[];
  close(): Promise<void>;
}

export const storeKinds = ['memory', 'SQLite'] as const;
export type StoreKind = (typeof storeKinds)[number];

const heard: readonly EventName[] = ['link.created', 'link.updated', 'link.removed', 'access_token.revoked'];

/** @param wrap puts something between the kit and its store, such as somebody who is faster. */
export async function startServices(
  kind: StoreKind = 'memory',
  { wrap = (store) => store, ...options }: { wrap?: (store: Store) => Store } & Partial<ApplinksOptions> = {},
): Promise<KitServices> {
  const folder = mkdtempSync(join(tmpdir(), 'applinks-services-'));
  const store = kind === 'memory' ? memoryStore() : sqliteStore(join(folder, 'applinks.db'));
  await store.migrate();
  const clock = new TestClock();
  const keys = { encryption: [randomBytes(32).toString('base64')] };
  const applinks = createApplinks({
    baseUrl: 'https://ci.example.test/ci',
    application: { name: 'Sample CI' },
    store: wrap(store),
    keys,
    host: new TestHost('/ci'),
    scopes: { build: 'Start and stop builds', read: 'See builds' },
    clock: clock.now,
    ...options,
  });
  const events: KitServices['events'] = [];
  for (const name of heard) applinks.on(name, (event) => void events.push({ name, event }));
  const close = async (): Promise<void> => {
    await applinks.close();
    rmSync(folder, { recursive: true });
  };
  return { applinks, store, sealer: createSealer(keys.encryption), clock, events, close };
}

/** The complaints by field; fails when nothing is refused, or it is refused for another reason. */
export async function refusedFields(change: Promise<unknown>): Promise<InvalidInput['fields']> {
  try {
    await change;
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A request token that `userId` has allowed but nobody has fetched yet; its digest. */
export async function allowedRequest(store: Store, link: Link, userId: string, at = 0): Promise<string> {
  const digest = `request-${randomUUID()}`;
  const isStored = await store.requestTokens.create({
    digest,
    sealedSecret: 'sealed',
    linkId: link.id,
    credentialId: link.incoming[at]?.id ?? '',
    callback: null,
    decision: null,
    wrongVerifiers: 0,
    createdAtMs: 1,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  });
  if (!isStored) throw new Error('the link has no such consumer');
  await store.requestTokens.decide(digest, {
    outcome: 'allowed',
    userId,
    verifierDigest: 'verifier',
    scopes: ['build'],
  });
  return digest;
}

/** An access token that `userId` has granted, by the verbs that the provider uses. */
export async function grantedToken(
  store: Store,
  link: Link,
  userId: string,
  { at = 0, createdAtMs = 1 }: { at?: number; createdAtMs?: number } = {},
): Promise<AccessToken> {
  const request = await allowedRequest(store, link, userId, at);
  const token: AccessToken = {
    id: `token-${randomUUID()}`,
    digest: `access-${randomUUID()}`,
    sealedSecret: 'sealed',
    linkId: link.id,
    credentialId: link.incoming[at]?.id ?? '',
    userId,
    scopes: ['build'],
    createdAtMs,
    expiresAtMs: createdAtMs + 1000,
    lastUsedAtMs: null,
    sessionHandleDigest: `session-${randomUUID()}`,
    sessionExpiresAtMs: Number.MAX_SAFE_INTEGER,
  };
  if (!(await store.requestTokens.exchange(request, token))) throw new Error('the token was not stored');
  return token;
}

/** Status and code of a refusal. */
export async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof ApplinksError) return `${error.status} ${error.code}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The consumer of a link that has one. */
export function only(link: Link): Credential {
  const [credential, ...more] = link.incoming;
  if (!credential || more.length > 0) throw new Error('not exactly one consumer');
  return credential;
}

/** The secret that was told, and the one that is kept, opened. */
export function secretsOf(
  { sealer }: KitServices,
  { link, secrets }: SavedLink,
): { given: string | undefined; kept: string } {
  const credential = only(link);
  if (credential.kind !== 'oauth1-hmac') throw new Error('it has no secret');
  const kept = sealer.open(credential.sealedSecret, sealedPlace.consumerSecret(link.id, credential.id));
  return { given: secrets[credential.id], kept };
}

/** A new public key; making one takes long, so share it where it does not matter. */
export const pemOf = (modulusLength: number): string =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'pem', type: 'spki' }).toString();
