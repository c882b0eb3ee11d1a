/** Which rows of the grants a filter means; what it does not know, or leaves empty, is refused as for tokens. */
import type { GrantFilter } from './outgoing.js';

export type GrantColumn = 'id' | 'user_id' | 'connection_id' | 'link_id';

const columnOf: Readonly<Record<string, GrantColumn>> = {
  id: 'id',
  userId: 'user_id',
  connectionId: 'connection_id',
  linkId: 'link_id',
};

/** @throws Error for a field that is not known. */
export function requireKnownGrantFields(filter: GrantFilter): void {
  const unknown = Object.keys(filter).find((field) => !Object.hasOwn(columnOf, field));
  if (unknown !== undefined)
    throw new Error(`Grants cannot be selected by ${unknown}; ${Object.keys(columnOf).join(', ')} can.`);
}

/** @throws Error for such a field, or when no field has a value: that would remove every grant. */
export function requireGrantFilter(filter: GrantFilter): void {
  requireKnownGrantFields(filter);
  if (Object.values(filter).some((value) => typeof value === 'string')) return;
  throw new Error('An empty filter would remove every grant.');
}

export function grantColumns(filter: GrantFilter): [GrantColumn, string][] {
  return Object.entries(filter).flatMap(([field, value]: [string, string | undefined]) => {
    const column = columnOf[field];
    return column === undefined || value === undefined ? [] : [[column, value] as [GrantColumn, string]];
  });
}
