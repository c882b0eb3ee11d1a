/** Tells listeners that tokens or authorizations have died, one by one, and by whose hand. */
import type { Events } from '../events.js';
import type { Authorization } from '../store/authorizations.js';
import type { AccessToken } from '../store/tokens.js';

export function emitRevoked(
  events: Events,
  ended: readonly (AccessToken | Authorization)[],
  by: string | null,
): void {
  for (const { id: tokenId, linkId, credentialId, userId } of ended) {
    events.emit('access_token.revoked', { tokenId, linkId, credentialId, userId, by });
  }
}
