/** Which rows of the two token tables a filter means. */
import type { TokenFilter } from './store.js';

export type OwnerColumn = 'user_id' | 'credential_id' | 'link_id';

export function ownerColumns({ userId, credentialId, linkId }: TokenFilter): [OwnerColumn, string][] {
  const columns: [OwnerColumn, string | undefined][] = [
    ['user_id', userId],
    ['credential_id', credentialId],
    ['link_id', linkId],
  ];
  return columns.flatMap(([column, value]) => (value === undefined ? [] : [[column, value]]));
}

/** Deleting everything is never what a caller meant who forgot to say what. */
export function requireFilter(filter: TokenFilter): void {
  const { id, userId, credentialId, linkId } = filter;
  if ([id, userId, credentialId, linkId].some((value) => typeof value === 'string')) return;
  throw new Error('An empty filter would remove every token.');
}
