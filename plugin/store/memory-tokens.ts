/** Request and access tokens of the memory store. */
import { requireFilter, requireKnownFields, requireOwnerFilter } from './owner-columns.js';
import {
  mostWrongVerifiers,
  type AccessToken,
  type AccessTokenStore,
  type RequestToken,
  type RequestTokenStore,
  type TokenFilter,
} from './tokens.js';

export interface MemoryTokens {
  /** By digest. */
  request: Map<string, RequestToken>;
  access: Map<string, AccessToken>;
  /** Of the credentials that exist. */
  credentialIds: Set<string>;
}

export function memoryRequestTokens(tokens: MemoryTokens): RequestTokenStore {
  const { request, access } = tokens;
  return {
    create: async (token) => {
      const isKept = tokens.credentialIds.has(token.credentialId);
      if (isKept && request.has(token.digest)) throw new Error('This request token exists already.');
      if (isKept) request.set(token.digest, structuredClone(token));
      return Promise.resolve(isKept);
    },
    get: (digest) => Promise.resolve(structuredClone(request.get(digest))),
    decide: (digest, decision) => {
      const token = request.get(digest);
      if (token?.decision !== null) return Promise.resolve(false);
      token.decision = structuredClone(decision);
      return Promise.resolve(true);
    },
    countWrongVerifier: (digest) => {
      const token = request.get(digest);
      if (!token) return Promise.resolve(0);
      token.wrongVerifiers += 1;
      return Promise.resolve(token.wrongVerifiers);
    },
    exchange: async (digest, accessToken) => {
      const token = request.get(digest);
      const isAllowed =
        token?.decision?.outcome === 'allowed' &&
        token.decision.userId === accessToken.userId &&
        token.credentialId === accessToken.credentialId &&
        token.wrongVerifiers < mostWrongVerifiers;
      if (!isAllowed) return Promise.resolve(false);
      put(access, accessToken);
      request.delete(digest);
      return Promise.resolve(true);
    },
    remove: async (filter) => {
      requireOwnerFilter(filter);
      const gone = [...request.values()].filter(
        ({ linkId, credentialId, decision }) =>
          (filter.linkId ?? linkId) === linkId &&
          (filter.credentialId ?? credentialId) === credentialId &&
          (filter.userId ?? decision?.userId) === decision?.userId,
      );
      for (const { digest } of gone) request.delete(digest);
      return Promise.resolve(gone.length);
    },
  };
}

export function memoryAccessTokens({ access }: MemoryTokens): AccessTokenStore {
  const select = (filter: TokenFilter): AccessToken[] =>
    [...access.values()].filter(
      ({ id, userId, credentialId, linkId }) =>
        (filter.id ?? id) === id &&
        (filter.userId ?? userId) === userId &&
        (filter.credentialId ?? credentialId) === credentialId &&
        (filter.linkId ?? linkId) === linkId,
    );
  return {
    get: (digest) => Promise.resolve(structuredClone(access.get(digest))),
    list: async (filter, { limit, offset }) => {
      requireKnownFields(filter);
      const newestFirst = select(filter).sort(
        (a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1),
      );
      return Promise.resolve(structuredClone(newestFirst.slice(offset, offset + limit)));
    },
    renew: async (digest, sessionHandleDigest, next) => {
      const token = access.get(digest);
      const isItsOwn = token?.sessionHandleDigest === sessionHandleDigest && token.id === next.id;
      if (!isItsOwn) return Promise.resolve(false);
      put(access, next, token);
      return Promise.resolve(true);
    },
    touch: (id, usedAtMs) => {
      const [token] = select({ id });
      if (token) token.lastUsedAtMs = Math.max(token.lastUsedAtMs ?? usedAtMs, usedAtMs);
      return Promise.resolve();
    },
    revoke: async (filter) => {
      requireFilter(filter);
      const gone = select(filter);
      for (const { digest } of gone) access.delete(digest);
      return Promise.resolve(gone);
    },
  };
}

/** In the place of `previous`, if given; no other token is ever overwritten. */
function put(access: Map<string, AccessToken>, token: AccessToken, previous?: AccessToken): void {
  for (const other of access.values()) {
    const isClash = other !== previous && (other.id === token.id || other.digest === token.digest);
    if (isClash) throw new Error('This access token exists already.');
  }
  if (previous) access.delete(previous.digest);
  access.set(token.digest, structuredClone(token));
}
