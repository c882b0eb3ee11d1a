/** Tells listeners that tokens have died, one by one, and by whose hand. */
import type { Events } from '../events.js';
import type { AccessToken } from '../store/tokens.js';

export function emitRevoked(events: Events, tokens: readonly AccessToken[], by: string | null): void {
  for (const { id: tokenId, linkId, credentialId, userId } of tokens) {
    events.emit('access_token.revoked', { tokenId, linkId, credentialId, userId, by });
  }
}
