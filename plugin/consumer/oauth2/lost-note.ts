/**
 * The latest access that ended without our doing: the peer no longer accepts it, though client ID and secret are right. For
 * the administrator, who must not look for a wrong secret then (oauth2.md 5.3 step 6).
 */
import type { Context } from '../../context.js';
import type { Grant } from '../../store/outgoing.js';

export async function noteLost(
  { store, config }: Pick<Context, 'store' | 'config'>,
  { linkId, userId }: Grant,
  message: string,
): Promise<void> {
  const document = JSON.stringify({ userId, message });
  await store.notes.put({ linkId, kind: 'oauth2_grant_lost', document, atMs: config.clock() });
}
