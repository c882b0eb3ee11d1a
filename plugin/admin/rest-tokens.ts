/**
 * Granted access as JSON: everybody's own, and all of it for administrators, on addresses of their own. A user's call
 * always carries the user's id into the store's condition. What an attacker, or a slip of the pen, would try: a filter
 * that matches more than was meant; so an unknown, empty or repeated part of the query is refused.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { ApplinksError, InvalidInput } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import type { TokenFilter } from '../store/tokens.js';
import { readInput } from './link-input.js';
import type { RestAccess, RestAnswer } from './rest-access.js';
import type { TokenService } from './token-service.js';

export interface RestTokenDependencies {
  context: Pick<Context, 'config'>;
  access: RestAccess;
  tokens: TokenService;
}

const idRule = 'Give an id.';
const id = z.string().min(1, idRule).optional();
const number = (least: number, most: number, rule: string) =>
  z
    .string()
    .regex(/^\d{1,7}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);

const paging = {
  limit: number(1, 100, 'Choose from 1 to 100.').default(50),
  offset: number(0, 1_000_000, 'Choose from 0 to 1000000.').default(0),
};
const owners = { userId: id, linkId: id, credentialId: id };
export const mineQuery = z.strictObject(paging);
export const allQuery = z.strictObject({ ...owners, ...paging });
export const ownersQuery = z.strictObject(owners);
const noQuery = z.strictObject({});

const minePath = '/applinks/rest/tokens';
const allPath = '/applinks/rest/admin/tokens';

export function listMine(dependencies: RestTokenDependencies): Endpoint {
  return dependencies.access.read('user', async ({ user, query }) => {
    const page = readQuery(mineQuery, query);
    return tokenPage(dependencies, minePath, { userId: user.id }, page, {});
  });
}

export function listAll(dependencies: RestTokenDependencies): Endpoint {
  return dependencies.access.read('administrator', async ({ query }) => {
    const { limit, offset, ...filter } = readQuery(allQuery, query);
    return tokenPage(dependencies, allPath, filter, { limit, offset }, filter);
  });
}

export function revokeAllMineByJson({ access, tokens }: RestTokenDependencies): Endpoint {
  return access.remove('user', async ({ user, query }) => {
    readQuery(noQuery, query);
    return { status: 200, body: { revoked: await tokens.revoke({ userId: user.id }, user.id) } };
  });
}

/** By user, link or consumer; never everything of everybody. */
export function revokeMatchingByJson({ access, tokens }: RestTokenDependencies): Endpoint {
  return access.remove('administrator', async ({ user, query }) => {
    const filter = readQuery(ownersQuery, query);
    return { status: 200, body: { revoked: await tokens.revoke(filter, user.id) } };
  });
}

export function revokeMineByJson({ access, tokens }: RestTokenDependencies): Endpoint {
  return access.remove('user', async ({ user, param }) =>
    gone(await tokens.revoke({ id: param('id'), userId: user.id }, user.id)),
  );
}

export function revokeAnyByJson({ access, tokens }: RestTokenDependencies): Endpoint {
  return access.remove('administrator', async ({ user, param }) =>
    gone(await tokens.revoke({ id: param('id') }, user.id)),
  );
}

/** @param kept goes into the address of the next page, besides its number. */
async function tokenPage(
  { context: { config }, tokens }: RestTokenDependencies,
  path: string,
  filter: TokenFilter,
  { limit, offset }: { limit: number; offset: number },
  kept: Record<string, string>,
): Promise<RestAnswer> {
  const found = await tokens.list(filter, { limit: limit + 1, offset });
  const following = { ...kept, limit: String(limit), offset: String(offset + limit) };
  const next = publicPath(config, `${path}?${new URLSearchParams(following).toString()}`);
  return {
    status: 200,
    body: { tokens: found.slice(0, limit), next: found.length > limit ? next : null },
  };
}

function readQuery<Schema extends z.ZodType>(schema: Schema, query: URLSearchParams): z.output<Schema> {
  const repeated = [...query.keys()].filter((name) => query.getAll(name).length > 1);
  if (repeated.length > 0) {
    throw new InvalidInput(Object.fromEntries(repeated.map((name) => [name, ['Give it once.']])));
  }
  return readInput(schema, Object.fromEntries(query));
}

/** The same for an unknown id and for somebody else's. */
function gone(revoked: number): RestAnswer {
  if (revoked === 0) throw new ApplinksError('not_found', 404, 'There is no such access any more.');
  return { status: 204 };
}
