/** Authorizations and their tokens as rows, and back. */
import type { Selectable } from 'kysely';
import type { Authorization, Rotation, TokenPair } from './authorizations.js';
import { readStrings, toNullableNumber } from './row-values.js';
import type { Tables } from './schema.js';

export type AuthorizationRow = Selectable<Tables['applinks_authorizations']>;
export type TokenPairRow = Selectable<Tables['applinks_bearer_tokens']>;

export function authorizationRow(authorization: Authorization) {
  return {
    id: authorization.id,
    link_id: authorization.linkId,
    credential_id: authorization.credentialId,
    user_id: authorization.userId,
    scopes: JSON.stringify(authorization.scopes),
    created_at_ms: authorization.createdAtMs,
    last_used_at_ms: authorization.lastUsedAtMs,
    expires_at_ms: authorization.expiresAtMs,
    ends_at_ms: authorization.endsAtMs,
  };
}

export function toAuthorization(row: AuthorizationRow): Authorization {
  return {
    id: row.id,
    linkId: row.link_id,
    credentialId: row.credential_id,
    userId: row.user_id,
    scopes: readStrings(row.scopes),
    createdAtMs: Number(row.created_at_ms),
    lastUsedAtMs: toNullableNumber(row.last_used_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    endsAtMs: toNullableNumber(row.ends_at_ms),
  };
}

export function tokenPairRow(tokens: TokenPair) {
  return {
    access_digest: tokens.accessDigest,
    authorization_id: tokens.authorizationId,
    access_expires_at_ms: tokens.accessExpiresAtMs,
    scopes: JSON.stringify(tokens.scopes),
    refresh_digest: tokens.refreshDigest,
    refresh_expires_at_ms: tokens.refreshExpiresAtMs,
    created_at_ms: tokens.createdAtMs,
    rotated_at_ms: tokens.rotation?.atMs ?? null,
    sealed_successor: tokens.rotation?.sealedSuccessor ?? null,
    successor_until_ms: tokens.rotation?.successorUntilMs ?? null,
  };
}

export function toTokenPair(row: TokenPairRow): TokenPair {
  return {
    accessDigest: row.access_digest,
    authorizationId: row.authorization_id,
    accessExpiresAtMs: Number(row.access_expires_at_ms),
    scopes: readStrings(row.scopes),
    refreshDigest: row.refresh_digest,
    refreshExpiresAtMs: toNullableNumber(row.refresh_expires_at_ms),
    createdAtMs: Number(row.created_at_ms),
    rotation: toRotation(row),
  };
}

function toRotation(row: TokenPairRow): Rotation | null {
  if (row.rotated_at_ms === null) return null;
  return {
    atMs: Number(row.rotated_at_ms),
    sealedSuccessor: row.sealed_successor,
    successorUntilMs: Number(row.successor_until_ms),
  };
}
