/**
 * The store for tests and first steps: everything is gone when the process ends. JavaScript runs one verb at a time,
 * so a verb without `await` inside is atomic.
 */
import { memoryAccessTokens, memoryRequestTokens, type MemoryTokens } from './memory-tokens.js';
import { memoryLinks } from './memory-links.js';
import type { Store } from './store.js';

export function memoryStore(): Store {
  const settings = new Map<string, string>();
  const nonces = new Map<string, number>();
  const tokens: MemoryTokens = { request: new Map(), access: new Map(), credentialIds: new Set() };
  return {
    migrate: () => Promise.resolve(),
    close: () => Promise.resolve(),
    sweep: (nowMs) =>
      Promise.resolve({
        requestTokens: deleteWhere(tokens.request, (token) => token.expiresAtMs < nowMs),
        accessTokens: deleteWhere(
          tokens.access,
          (token) => token.expiresAtMs < nowMs && token.sessionExpiresAtMs < nowMs,
        ),
        nonces: deleteWhere(nonces, (expiresAtMs) => expiresAtMs < nowMs),
      }),
    settings: {
      get: (name) => Promise.resolve(settings.get(name)),
      putIfAbsent: (name, value) => {
        const kept = settings.get(name) ?? value;
        settings.set(name, kept);
        return Promise.resolve(kept);
      },
    },
    links: memoryLinks((credentialIds) => {
      tokens.credentialIds = credentialIds;
      const isOrphan = ({ credentialId }: { credentialId: string }): boolean =>
        !credentialIds.has(credentialId);
      deleteWhere(tokens.request, isOrphan);
      deleteWhere(tokens.access, isOrphan);
    }),
    requestTokens: memoryRequestTokens(tokens),
    accessTokens: memoryAccessTokens(tokens),
    nonces: {
      use: (key, expiresAtMs) => {
        const isFresh = !nonces.has(key);
        if (isFresh) nonces.set(key, expiresAtMs);
        return Promise.resolve(isFresh);
      },
    },
  };
}

/** Returns how many were deleted. */
function deleteWhere<V>(map: Map<string, V>, isGone: (value: V) => boolean): number {
  const gone = [...map].filter(([, value]) => isGone(value));
  for (const [key] of gone) map.delete(key);
  return gone.length;
}
