/** What users have authorised over OAuth 2.0, by the verbs that the provider uses. */
import { randomUUID } from 'node:crypto';
import type { Authorization, AuthorizationCode, Link, Store } from 'express-applinks';

export async function pendingCode(store: Store, link: Link, userId: string): Promise<AuthorizationCode> {
  const code: AuthorizationCode = {
    digest: `code-${randomUUID()}`,
    linkId: link.id,
    credentialId: link.clients[0]?.id ?? '',
    userId,
    redirectUri: 'https://peer.example.test/callback',
    scopes: ['build'],
    codeChallenge: null,
    createdAtMs: 1,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    authorizationId: null,
  };
  if (!(await store.codes.create(code))) throw new Error('the link has no client');
  return code;
}

/** @param userId null: the client's own. */
export async function authorization(
  store: Store,
  link: Link,
  userId: string | null,
  { createdAtMs = 1 }: { createdAtMs?: number } = {},
): Promise<Authorization> {
  const given: Authorization = {
    id: `authorization-${randomUUID()}`,
    linkId: link.id,
    credentialId: link.clients[0]?.id ?? '',
    userId,
    scopes: ['build'],
    createdAtMs,
    lastUsedAtMs: null,
    expiresAtMs: createdAtMs + 1000,
    endsAtMs: null,
  };
  const isStored = await store.authorizations.create(given, {
    authorizationId: given.id,
    accessDigest: `access-${randomUUID()}`,
    accessExpiresAtMs: createdAtMs + 100,
    scopes: ['build'],
    refreshDigest: `refresh-${randomUUID()}`,
    refreshExpiresAtMs: createdAtMs + 1000,
    createdAtMs,
    rotation: null,
  });
  if (!isStored) throw new Error('the link has no client');
  return given;
}
