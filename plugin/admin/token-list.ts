/** One page of a list of tokens as the views show it: names instead of ids, and where the neighbouring pages are. */
import type { Context } from '../context.js';
import type { GrantedToken, TokenService } from './token-service.js';
import type { TokenFilter } from '../store/tokens.js';

const pageSize = 50;
const lastPage = 10_000;
/** Whom a client's own tokens act for. */
const noUser = 'nobody: the application itself';

export interface TokenRow {
  id: string;
  application: string;
  kind: GrantedToken['kind'];
  /** Consumer key or client id. */
  key: string;
  user: string;
  scopes: string[];
  createdAtMs: number;
  lastUsedAtMs: number | null;
  expiresAtMs: number;
  hasExpired: boolean;
}

export interface Pager {
  number: number;
  /** Paths below the mount point. */
  previous: string | undefined;
  next: string | undefined;
}

export interface TokenListDependencies {
  context: Context;
  tokens: TokenService;
}

/** @param path of the list; `query` holds `page` (from 1) and whatever else the neighbouring pages must keep. */
export async function listTokens(
  { context: { config }, tokens }: TokenListDependencies,
  filter: TokenFilter,
  path: string,
  query: URLSearchParams,
): Promise<{ rows: TokenRow[]; pager: Pager }> {
  const number = pageNumber(query);
  const found = await tokens.list(filter, { limit: pageSize + 1, offset: (number - 1) * pageSize });
  const users = new Map<string, string>();
  for (const { userId } of found) {
    if (userId !== null && !users.has(userId)) users.set(userId, await nameOf(config.host, userId));
  }
  const rows = found.slice(0, pageSize).map((token) => ({
    id: token.id,
    application: token.linkName,
    kind: token.kind,
    key: token.consumerKey,
    user: token.userId === null ? noUser : (users.get(token.userId) ?? token.userId),
    scopes: token.scopes.map((scope) => config.offeredScopes[scope] ?? scope),
    createdAtMs: token.createdAtMs,
    lastUsedAtMs: token.lastUsedAtMs,
    expiresAtMs: token.expiresAtMs,
    hasExpired: token.expiresAtMs <= config.clock(),
  }));
  const pathOf = (page: number): string => `${path}?${withPage(query, page)}`;
  return {
    rows,
    pager: {
      number,
      previous: number > 1 ? pathOf(number - 1) : undefined,
      next: found.length > pageSize ? pathOf(number + 1) : undefined,
    },
  };
}

function pageNumber(query: URLSearchParams): number {
  const text = query.get('page') ?? '1';
  const number = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1;
  return Math.min(number, lastPage);
}

function withPage(query: URLSearchParams, page: number): string {
  const kept = [...query].filter(([name]) => name === 'link' || name === 'user');
  return new URLSearchParams([...kept, ['page', String(page)]]).toString();
}

async function nameOf(host: Context['config']['host'], userId: string): Promise<string> {
  const user = await host.findUser(userId);
  return user?.name ?? `${userId} (account no longer exists)`;
}
