/** Complete records for the cases; each call makes new ids, keys and digests. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Grant, Transaction } from '../../store/outgoing.js';
import type { Connection, HmacCredential, Link, RsaCredential, Store } from '../../store/store.js';
import type { AccessToken, Decision, RequestToken } from '../../store/tokens.js';

export const nowMs = 1_741_083_120_000;
export const minuteMs = 60_000;

const sealed = (): string =>
  `v1.00000000.${randomBytes(12).toString('base64url')}.${randomBytes(48).toString('base64url')}`;
export const newDigest = (): string => randomBytes(32).toString('base64url');

export function hmacCredential(changes: Partial<HmacCredential> = {}): HmacCredential {
  return {
    id: randomUUID(),
    key: `key ${randomUUID()}`,
    kind: 'oauth1-hmac',
    signatureMethod: 'HMAC-SHA1',
    sealedSecret: sealed(),
    callbackUrl: 'https://bb.example.test/callback?a=b',
    allowInsecureMissingCallback: false,
    source: 'manual',
    scopes: ['build', 'read'],
    requestTokenLifetimeMs: 10 * minuteMs,
    accessTokenLifetimeMs: 5 * 365 * 24 * 60 * minuteMs,
    idleTimeoutMs: null,
    createdAtMs: nowMs,
    ...changes,
  };
}

export function rsaCredential(changes: Partial<RsaCredential> = {}): RsaCredential {
  return {
    id: randomUUID(),
    key: `Bitbucket:${randomUUID()}`,
    kind: 'oauth1-rsa',
    signatureMethod: 'RSA-SHA1',
    publicKey: randomBytes(294).toString('base64'),
    callbackUrl: null,
    allowInsecureMissingCallback: true,
    source: 'consumer-info',
    offeredPublicKey: null,
    scopes: null,
    requestTokenLifetimeMs: minuteMs,
    accessTokenLifetimeMs: 60 * minuteMs,
    idleTimeoutMs: 30 * minuteMs,
    createdAtMs: nowMs + 1,
    ...changes,
  };
}

export function newLink(changes: Partial<Link> = {}): Link {
  return {
    id: randomUUID(),
    applicationId: randomUUID(),
    remoteLinkId: 'their id of us',
    name: 'Bitbücket <1> "\'; drop table applinks_links; --',
    type: 'stash',
    version: '9.4.1',
    rpcUrl: 'https://bb.internal:7999/ctx',
    displayUrl: 'https://bb.example.test',
    primary: true,
    state: 'active',
    levels: { threeLegged: true, twoLegged: false, executingUserId: null, impersonation: false },
    serviceUserId: 'service',
    incoming: [hmacCredential()],
    clients: [],
    outgoing: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    revision: 0,
    ...changes,
  };
}

/** A link with one credential, stored. */
export async function storedLink(store: Store, changes: Partial<Link> = {}): Promise<Link> {
  const link = newLink(changes);
  await store.links.create(link);
  return link;
}

export function credentialOf(link: Link): string {
  const [credential] = link.incoming;
  if (!credential) throw new Error('The link has no credential.');
  return credential.id;
}

export function newRequestToken(link: Link, changes: Partial<RequestToken> = {}): RequestToken {
  return {
    digest: newDigest(),
    sealedSecret: sealed(),
    linkId: link.id,
    credentialId: credentialOf(link),
    callback: 'https://bb.example.test/callback?x=ä',
    decision: null,
    wrongVerifiers: 0,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 10 * minuteMs,
    ...changes,
  };
}

export function newAccessToken(link: Link, changes: Partial<AccessToken> = {}): AccessToken {
  return {
    id: randomUUID(),
    digest: newDigest(),
    sealedSecret: sealed(),
    linkId: link.id,
    credentialId: credentialOf(link),
    userId: 'ana',
    scopes: ['build'],
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 365 * 24 * 60 * minuteMs,
    lastUsedAtMs: null,
    sessionHandleDigest: newDigest(),
    sessionExpiresAtMs: nowMs + 395 * 24 * 60 * minuteMs,
    ...changes,
  };
}

export const allowed = (userId = 'ana'): Decision => ({
  outcome: 'allowed',
  userId,
  verifierDigest: newDigest(),
  scopes: ['build'],
});

/** An allowed request token, stored; and the access token to swap it for. */
export async function storedGrant(
  store: Store,
  link: Link,
  userId = 'ana',
): Promise<[RequestToken, AccessToken]> {
  const request = newRequestToken(link);
  await store.requestTokens.create(request);
  await store.requestTokens.decide(request.digest, allowed(userId));
  return [request, newAccessToken(link, { userId })];
}

/** An access token as the dance leaves it, stored. */
export async function storedAccessToken(
  store: Store,
  link: Link,
  changes: Partial<AccessToken> = {},
): Promise<AccessToken> {
  const userId = changes.userId ?? 'ana';
  const [request] = await storedGrant(store, link, userId);
  const token = newAccessToken(link, { ...changes, userId });
  if (!(await store.requestTokens.exchange(request.digest, token))) throw new Error('The exchange failed.');
  return token;
}

export function newConnection(changes: Partial<Connection> = {}): Connection {
  return {
    id: randomUUID(),
    kind: 'oauth1-atlassian',
    preferred: true,
    levels: { threeLegged: true, twoLegged: true, impersonation: false },
    signingKeyId: null,
    settings: {},
    sealedSecret: null,
    createdAtMs: nowMs,
    ...changes,
  };
}

export function connectionOf(link: Link): string {
  const [connection] = link.outgoing;
  if (!connection) throw new Error('The link has no connection.');
  return connection.id;
}

/** A link with one connection, stored. */
export const linkedStore = (store: Store): Promise<Link> =>
  storedLink(store, { outgoing: [newConnection()] });

export function newTransaction(link: Link, changes: Partial<Transaction> = {}): Transaction {
  return {
    digest: newDigest(),
    linkId: link.id,
    connectionId: connectionOf(link),
    userId: 'ana',
    browserDigest: newDigest(),
    sealedDocument: sealed(),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 10 * minuteMs,
    ...changes,
  };
}

export function newGrant(link: Link, changes: Partial<Grant> = {}): Grant {
  return {
    id: randomUUID(),
    linkId: link.id,
    connectionId: connectionOf(link),
    userId: 'ana',
    sealedDocument: sealed(),
    expiresAtMs: nowMs + minuteMs,
    sessionExpiresAtMs: null,
    createdAtMs: nowMs,
    lastUsedAtMs: null,
    renewalUntilMs: null,
    revision: 0,
    ...changes,
  };
}

export const allTokens = { limit: 100, offset: 0 };
