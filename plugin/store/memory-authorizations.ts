/** Codes, authorizations and bearer tokens of the memory store. */
import type {
  Authorization,
  AuthorizationCode,
  AuthorizationStore,
  CodeStore,
  TokenPair,
} from './authorizations.js';
import { deleteWhere } from './delete-where.js';
import { requireFilter, requireKnownFields, requireOwnerFilter } from './owner-columns.js';
import type { TokenFilter } from './tokens.js';

export interface MemoryAuthorizations {
  /** By digest. */
  codes: Map<string, AuthorizationCode>;
  authorizations: Map<string, Authorization>;
  /** By digest of the access token. */
  pairs: Map<string, TokenPair>;
  /** Of the consumers and clients that exist. */
  credentialIds: Set<string>;
}

export function memoryCodes(state: MemoryAuthorizations): CodeStore {
  const { codes, credentialIds } = state;
  return {
    create: async (code) => {
      const isKept = credentialIds.has(code.credentialId);
      if (isKept && codes.has(code.digest)) throw new Error('This code exists already.');
      if (isKept) codes.set(code.digest, structuredClone(code));
      return Promise.resolve(isKept);
    },
    get: (digest) => Promise.resolve(structuredClone(codes.get(digest))),
    exchange: async (digest, authorization, tokens) => {
      const code = codes.get(digest);
      const isUnused =
        code?.authorizationId === null &&
        code.credentialId === authorization.credentialId &&
        code.userId === authorization.userId;
      if (!isUnused) return Promise.resolve(false);
      put(state, authorization, tokens);
      code.authorizationId = authorization.id;
      return Promise.resolve(true);
    },
    remove: async (filter) => {
      requireOwnerFilter(filter);
      return Promise.resolve(
        deleteWhere(
          codes,
          ({ linkId, credentialId, userId, authorizationId }) =>
            authorizationId === null &&
            (filter.linkId ?? linkId) === linkId &&
            (filter.credentialId ?? credentialId) === credentialId &&
            (filter.userId ?? userId) === userId,
        ),
      );
    },
  };
}

export function memoryAuthorizations(state: MemoryAuthorizations): AuthorizationStore {
  const { authorizations, pairs, credentialIds } = state;
  const select = (filter: TokenFilter): Authorization[] =>
    [...authorizations.values()].filter(
      ({ id, userId, credentialId, linkId }) =>
        (filter.id ?? id) === id &&
        (filter.userId ?? userId) === userId &&
        (filter.credentialId ?? credentialId) === credentialId &&
        (filter.linkId ?? linkId) === linkId,
    );
  const found = (tokens: TokenPair | undefined) => {
    const authorization = tokens && authorizations.get(tokens.authorizationId);
    return Promise.resolve(authorization && structuredClone({ authorization, tokens }));
  };
  return {
    create: async (authorization, tokens) => {
      const isKept = credentialIds.has(authorization.credentialId);
      if (isKept) put(state, authorization, tokens);
      return Promise.resolve(isKept);
    },
    list: async (filter, { limit, offset }) => {
      requireKnownFields(filter);
      const newestFirst = select(filter).sort(
        (a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1),
      );
      return Promise.resolve(structuredClone(newestFirst.slice(offset, offset + limit)));
    },
    findByAccessToken: (digest) => found(pairs.get(digest)),
    findByRefreshToken: (digest) =>
      found([...pairs.values()].find(({ refreshDigest }) => refreshDigest === digest)),
    rotate: async (refreshDigest, rotation, next, expiresAtMs) => {
      const spent = [...pairs.values()].find((tokens) => tokens.refreshDigest === refreshDigest);
      const authorization = authorizations.get(next.authorizationId);
      if (spent?.rotation !== null || spent.authorizationId !== authorization?.id)
        return Promise.resolve(false);
      requireFresh(state, next);
      spent.rotation = structuredClone(rotation);
      spent.accessExpiresAtMs = Math.min(spent.accessExpiresAtMs, rotation.successorUntilMs);
      prolong(authorization, expiresAtMs);
      pairs.set(next.accessDigest, structuredClone(next));
      return Promise.resolve(true);
    },
    addTokens: async (tokens, expiresAtMs) => {
      const authorization = authorizations.get(tokens.authorizationId);
      if (!authorization) return Promise.resolve(false);
      requireFresh(state, tokens);
      prolong(authorization, expiresAtMs);
      pairs.set(tokens.accessDigest, structuredClone(tokens));
      return Promise.resolve(true);
    },
    removeAccessToken: (digest) => {
      const tokens = pairs.get(digest);
      if (!tokens || tokens.accessExpiresAtMs === 0) return Promise.resolve(false);
      tokens.accessExpiresAtMs = 0;
      return Promise.resolve(true);
    },
    touch: (id, usedAtMs) => {
      const authorization = authorizations.get(id);
      if (authorization && (authorization.lastUsedAtMs ?? -Infinity) < usedAtMs)
        authorization.lastUsedAtMs = usedAtMs;
      return Promise.resolve();
    },
    revoke: async (filter) => {
      requireFilter(filter);
      const gone = select(filter);
      for (const { id } of gone) authorizations.delete(id);
      dropPairs(state);
      return Promise.resolve(gone);
    },
  };
}

/** Returns how many authorizations went; of the others, tokens that are over, and successors that nobody may ask for again. */
export function sweepAuthorizations(state: MemoryAuthorizations, nowMs: number): number {
  const swept = deleteWhere(state.authorizations, ({ expiresAtMs }) => expiresAtMs < nowMs);
  dropPairs(state);
  deleteWhere(
    state.pairs,
    ({ accessExpiresAtMs, refreshExpiresAtMs }) =>
      accessExpiresAtMs < nowMs && (refreshExpiresAtMs ?? -Infinity) < nowMs,
  );
  for (const { rotation } of state.pairs.values()) {
    if (rotation && rotation.successorUntilMs < nowMs) rotation.sealedSuccessor = null;
  }
  return swept;
}

export function dropPairs({ authorizations, pairs }: MemoryAuthorizations): void {
  deleteWhere(pairs, ({ authorizationId }) => !authorizations.has(authorizationId));
}

function put(state: MemoryAuthorizations, authorization: Authorization, tokens: TokenPair): void {
  if (state.authorizations.has(authorization.id)) throw new Error('This authorization exists already.');
  requireFresh(state, tokens);
  state.authorizations.set(authorization.id, structuredClone(authorization));
  state.pairs.set(tokens.accessDigest, structuredClone(tokens));
}

function requireFresh({ pairs }: MemoryAuthorizations, { accessDigest, refreshDigest }: TokenPair): void {
  const isTaken = [...pairs.values()].some(
    (other) =>
      other.accessDigest === accessDigest ||
      (refreshDigest !== null && other.refreshDigest === refreshDigest),
  );
  if (isTaken) throw new Error('This token exists already.');
}

function prolong(authorization: Authorization, expiresAtMs: number): void {
  authorization.expiresAtMs = Math.max(authorization.expiresAtMs, expiresAtMs);
}
