/**
 * What users have granted, for themselves and for administrators: listed without anything secret, revoked at once.
 * Revoking by user, link or consumer also ends what was allowed but not yet fetched.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { InvalidInput } from '../errors.js';
import type { Page } from '../store/outgoing.js';
import type { TokenFilter } from '../store/tokens.js';
import { readInput } from './link-input.js';
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
  /** Newest first; an empty filter lists all. @throws InvalidInput when a part of the filter is unknown. */
  list(filter: TokenFilter, page: Page): Promise<GrantedToken[]>;
  /**
   * @returns how many access tokens died. @param by id of the acting user, null for the host's own code.
   * @throws InvalidInput when the filter is empty, or a part of it is unknown or has no value.
   */
  revoke(filter: TokenFilter, by?: string | null): Promise<number>;
}

const idRule = 'Give an id.';
const id = z.string(idRule).min(1, idRule).optional();
const filterSchema = z.strictObject(
  { id, userId: id, credentialId: id, linkId: id },
  'Give an object with id, userId, linkId or credentialId.',
);

/** A part that is lost on the way, such as the id of a user who is not there, must not make a filter match more. */
function readRevocation(filter: TokenFilter): TokenFilter {
  const parts: [string, string | undefined][] = Object.entries(readInput(filterSchema, filter));
  const lost = parts.filter(([, value]) => value === undefined).map(([name]) => [name, [idRule]] as const);
  if (lost.length > 0) throw new InvalidInput(Object.fromEntries(lost));
  if (parts.length === 0)
    throw new InvalidInput({ input: ['Say whose tokens, or which, are to be revoked.'] });
  return Object.fromEntries(parts);
}

export function createTokenService({ store, events }: Pick<Context, 'store' | 'events'>): TokenService {
  return {
    list: async (filter, page) => {
      const tokens = await store.accessTokens.list(readInput(filterSchema, filter), page);
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
      const checked = readRevocation(filter);
      const { id, ...owners } = checked;
      // Pending grants first: one that is swapped meanwhile is an access token by now, and dies below.
      if (id === undefined && Object.keys(owners).length > 0) await store.requestTokens.remove(owners);
      const revoked = await store.accessTokens.revoke(checked);
      emitRevoked(events, revoked, by);
      return revoked.length;
    },
  };
}
