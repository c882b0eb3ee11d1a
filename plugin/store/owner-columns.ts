/** Which rows of the token tables a filter means. */
import type { TokenFilter } from './tokens.js';

type OwnerColumn = 'user_id' | 'credential_id' | 'link_id';

export function ownerColumns({ userId, credentialId, linkId }: TokenFilter): [OwnerColumn, string][] {
  const columns: [OwnerColumn, string | undefined][] = [
    ['user_id', userId],
    ['credential_id', credentialId],
    ['link_id', linkId],
  ];
  return columns.flatMap(([column, value]) => (value === undefined ? [] : [[column, value]]));
}

export function filterColumns(filter: TokenFilter): ['id' | OwnerColumn, string][] {
  const owners = ownerColumns(filter);
  return filter.id === undefined ? owners : [['id', filter.id], ...owners];
}

const ownerFields = ['userId', 'credentialId', 'linkId'];
const accessTokenFields = ['id', ...ownerFields];

/**
 * A field that the store does not know selects nothing less: a misspelt `{ user }` would mean every token there is.
 * @throws Error for such a field.
 */
export function requireKnownFields(filter: TokenFilter, known = accessTokenFields): void {
  const unknown = Object.keys(filter).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new Error(`Tokens cannot be selected by ${unknown}; ${known.join(', ')} can.`);
}

/**
 * Deleting everything is never what a caller meant who forgot to say what.
 * @throws Error for an empty filter, or one with an unknown field.
 */
export function requireFilter(filter: TokenFilter): void {
  requireKnownFields(filter);
  requireValues(filter);
}

/** The same for request tokens and codes, which are not selected by id. */
export function requireOwnerFilter(filter: TokenFilter): void {
  requireKnownFields(filter, ownerFields);
  requireValues(filter);
}

function requireValues(filter: TokenFilter): void {
  if (Object.values(filter).some((value) => typeof value === 'string')) return;
  throw new Error('An empty filter would remove every token.');
}
