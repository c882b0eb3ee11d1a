/**
 * What users have granted, for themselves and for administrators: listed without anything secret, revoked at once.
 * Revoking by user, link or consumer also ends what was allowed but not yet fetched.
 */
import type { Context } from '../context.js';
import type { Page, TokenFilter } from '../store/store.js';
import { emitRevoked } from './revoked-event.js';

/** An access token as it may be shown. Times in milliseconds since the epoch. */
export interface GrantedToken {
  id: string;
  linkId: string;
  linkName: string;
  consumerKey: string;
  credentialId: string;
  userId: string;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  lastUsedAtMs: number | null;
}

export interface TokenService {
  /** Newest first; an empty filter lists all. */
  list(filter: TokenFilter, page: Page): Promise<GrantedToken[]>;
  /** @returns how many access tokens died. @param by id of the acting user, null for the host's own code. */
  revoke(filter: TokenFilter, by?: string | null): Promise<number>;
}

export function createTokenService({ store, events }: Pick<Context, 'store' | 'events'>): TokenService {
  return {
    list: async (filter, page) => {
      const tokens = await store.accessTokens.list(filter, page);
      const links = new Map((await store.links.list()).map((link) => [link.id, link]));
      return tokens.map(
        ({ id, linkId, credentialId, userId, scopes, createdAtMs, expiresAtMs, lastUsedAtMs }) => {
          const link = links.get(linkId);
          const credential = link?.incoming.find((candidate) => candidate.id === credentialId);
          const names = { linkName: link?.name ?? '', consumerKey: credential?.key ?? '' };
          return {
            id,
            linkId,
            credentialId,
            userId,
            scopes,
            createdAtMs,
            expiresAtMs,
            lastUsedAtMs,
            ...names,
          };
        },
      );
    },
    revoke: async (filter, by = null) => {
      const { id, ...owners } = filter;
      // Pending grants first: one that is swapped meanwhile is an access token by now, and dies below.
      if (id === undefined && Object.keys(owners).length > 0) await store.requestTokens.remove(owners);
      const revoked = await store.accessTokens.revoke(filter);
      emitRevoked(events, revoked, by);
      return revoked.length;
    },
  };
}
