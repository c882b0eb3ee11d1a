/** Complete records of OAuth 2.0 for the cases; each call makes new ids and digests. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Authorization, AuthorizationCode, Rotation, TokenPair } from '../../store/authorizations.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { Link, Store } from '../../store/store.js';
import { minuteMs, newDigest, nowMs, storedLink } from './samples.js';

const dayMs = 24 * 60 * minuteMs;

export function newClient(changes: Partial<OAuth2Client> = {}): OAuth2Client {
  return {
    id: randomUUID(),
    clientId: randomBytes(16).toString('hex'),
    type: 'atlassian',
    secrets: [
      { digest: newDigest(), expiresAtMs: null },
      { digest: newDigest(), expiresAtMs: nowMs + dayMs },
    ],
    redirectUris: [
      { uri: 'https://bb.example.test/callback?a=ä', isPlaceholder: false },
      { uri: 'https://later.example.test', isPlaceholder: true },
    ],
    scopes: ['build', 'read'],
    allowClientCredentials: true,
    accessTokenLifetimeMs: 60 * minuteMs,
    refreshTokenLifetimeMs: 90 * dayMs,
    authorizationLifetimeMs: 365 * dayMs,
    createdAtMs: nowMs,
    ...changes,
  };
}

/** A link with one client, stored. */
export const linkWithClient = (store: Store): Promise<Link> => storedLink(store, { clients: [newClient()] });

export function clientOf(link: Link): string {
  const [client] = link.clients;
  if (!client) throw new Error('The link has no client.');
  return client.id;
}

export function newCode(link: Link, changes: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    digest: newDigest(),
    linkId: link.id,
    credentialId: clientOf(link),
    userId: 'ana',
    redirectUri: 'https://bb.example.test/callback?a=ä',
    scopes: ['build'],
    codeChallenge: newDigest(),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + minuteMs,
    authorizationId: null,
    ...changes,
  };
}

export function newAuthorization(link: Link, changes: Partial<Authorization> = {}): Authorization {
  return {
    id: randomUUID(),
    linkId: link.id,
    credentialId: clientOf(link),
    userId: 'ana',
    scopes: ['build', 'read'],
    createdAtMs: nowMs,
    lastUsedAtMs: null,
    expiresAtMs: nowMs + 90 * dayMs,
    endsAtMs: nowMs + 365 * dayMs,
    ...changes,
  };
}

export function newTokenPair(authorization: Authorization, changes: Partial<TokenPair> = {}): TokenPair {
  return {
    authorizationId: authorization.id,
    accessDigest: newDigest(),
    accessExpiresAtMs: nowMs + 60 * minuteMs,
    scopes: ['build'],
    refreshDigest: newDigest(),
    refreshExpiresAtMs: nowMs + 90 * dayMs,
    createdAtMs: nowMs,
    rotation: null,
    ...changes,
  };
}

export function newRotation(changes: Partial<Rotation> = {}): Rotation {
  return { atMs: nowMs, sealedSuccessor: 'v1.sealed', successorUntilMs: nowMs + minuteMs / 2, ...changes };
}

/** Of its refresh token. */
export function digestOf({ refreshDigest }: TokenPair): string {
  if (refreshDigest === null) throw new Error('The pair has no refresh token.');
  return refreshDigest;
}
