/** What the original does every day at 23:00 (oauth2.md 1.7): forgets tokens that are over and those long given up. */
import type { OAuth2ClientContext } from './context.js';
import type { ClientToken } from './client-token.js';

const invalidLifetimeMs = 30 * 24 * 3600 * 1000;

function isPast(token: ClientToken, nowMs: number): boolean {
  const isOver = token.accessTokenExpiresAtMs < nowMs && token.refreshTokenExpiresAtMs < nowMs;
  const isGivenUp = token.status === 'UNRECOVERABLE' && nowMs - token.statusSinceMs > invalidLifetimeMs;
  return isOver || isGivenUp;
}

/** How many went. */
export function pruneTokens(context: OAuth2ClientContext): number {
  const past = [...context.clientTokens.values()].filter((token) => isPast(token, context.now()));
  for (const { id } of past) context.clientTokens.delete(id);
  return past.length;
}
