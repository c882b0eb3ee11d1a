/**
 * What users have granted, for themselves and for administrators, by OAuth 1.0a and 2.0 as one list: without anything
 * secret, revoked at once. Revoking also ends what was allowed but not yet fetched: who revokes means the application, and
 * it would have tokens again a moment later.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { InvalidInput } from '../errors.js';
import type { Authorization } from '../store/authorizations.js';
import type { Page } from '../store/outgoing.js';
import type { Link } from '../store/store.js';
import type { AccessToken, TokenFilter } from '../store/tokens.js';
import { readInput } from './link-input.js';
import { pageOfBoth } from './newest-first.js';
import { emitRevoked } from './revoked-event.js';

/** An access token, or what one consent gave a client of OAuth 2.0, as it may be shown. Times in milliseconds since the epoch. */
export interface GrantedToken {
  id: string;
  kind: 'oauth1' | 'oauth2';
  linkId: string;
  linkName: string;
  /** Client id with OAuth 2.0. */
  consumerKey: string;
  credentialId: string;
  /** null: the client's own, without a user. */
  userId: string | null;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  lastUsedAtMs: number | null;
}

export interface TokenService {
  /** Newest first; an empty filter lists all. @throws InvalidInput when a part of the filter is unknown. */
  list(filter: TokenFilter, page: Page): Promise<GrantedToken[]>;
  /**
   * @returns how many died. @param by id of the acting user, null for the host's own code.
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
  /** Whose pending grants end, too: with a single one, those of its user at the same application. */
  const ownersOf = async (filter: TokenFilter): Promise<Omit<TokenFilter, 'id'>[]> => {
    const { id, ...owners } = filter;
    if (id === undefined) return [owners];
    const page = { limit: 1, offset: 0 };
    const found = [
      ...(await store.accessTokens.list(filter, page)),
      ...(await store.authorizations.list(filter, page)),
    ];
    return found.flatMap(({ credentialId, userId }) => (userId === null ? [] : [{ credentialId, userId }]));
  };
  return {
    list: async (filter, page) => {
      const checked = readInput(filterSchema, filter);
      const found = await pageOfBoth(
        (part) => store.accessTokens.list(checked, part),
        (part) => store.authorizations.list(checked, part),
        page,
      );
      const links = new Map((await store.links.list()).map((link) => [link.id, link]));
      return found.map((grant) => describeGrant(grant, links.get(grant.linkId)));
    },
    revoke: async (filter, by = null) => {
      const checked = readRevocation(filter);
      // Pending grants first: one that is swapped meanwhile is a token by now, and dies below.
      for (const owners of await ownersOf(checked)) {
        await store.requestTokens.remove(owners);
        await store.codes.remove(owners);
      }
      const revoked = [
        ...(await store.accessTokens.revoke(checked)),
        ...(await store.authorizations.revoke(checked)),
      ];
      emitRevoked(events, revoked, by);
      return revoked.length;
    },
  };
}

/** Field by field: what a record gains later is not told by accident. */
function describeGrant(grant: AccessToken | Authorization, link: Link | undefined): GrantedToken {
  const { id, linkId, credentialId, userId, scopes, createdAtMs, expiresAtMs, lastUsedAtMs } = grant;
  const consumer = link?.incoming.find((credential) => credential.id === credentialId);
  const client = link?.clients.find((candidate) => candidate.id === credentialId);
  return {
    id,
    kind: 'digest' in grant ? 'oauth1' : 'oauth2',
    linkId,
    linkName: link?.name ?? '',
    consumerKey: consumer?.key ?? client?.clientId ?? '',
    credentialId,
    userId,
    scopes,
    createdAtMs,
    expiresAtMs,
    lastUsedAtMs,
  };
}
