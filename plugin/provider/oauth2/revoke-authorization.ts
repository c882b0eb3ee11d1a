/** Ends an authorization with all its tokens, and says so. */
import type { Context } from '../../context.js';
import { authorizationEvent } from './issued-tokens.js';

export async function revokeAuthorization({ store, events }: Context, id: string): Promise<void> {
  for (const revoked of await store.authorizations.revoke({ id }))
    events.emit('access_token.revoked', { ...authorizationEvent(revoked), by: null });
}
