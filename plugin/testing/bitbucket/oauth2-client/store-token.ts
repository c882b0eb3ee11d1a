/**
 * Keeping a token and its status (oauth2.md 1.6, 1.7). The record of the original refuses an expiry of a refresh token
 * without the refresh token, and the expiry is always set: a token without a refresh token cannot be stored.
 */
import { randomUUID } from 'node:crypto';
import type { ClientToken, TokenStatus } from './client-token.js';
import type { OAuth2ClientContext } from './context.js';
import type { TokenSet } from './token-lifetimes.js';

/** A sentence when it cannot be stored. */
export function storeToken(
  context: OAuth2ClientContext,
  { configId, user }: Pick<ClientToken, 'configId' | 'user'>,
  tokens: TokenSet,
): ClientToken | string {
  if (tokens.refreshToken === undefined && !context.switches.storesWithoutRefreshToken) {
    return 'The token cannot be stored: it has an expiry of a refresh token, but no refresh token.';
  }
  const status = { status: 'UNKNOWN', statusSinceMs: context.now() } as const;
  const token = { ...tokens, ...status, id: randomUUID(), configId, user };
  context.clientTokens.set(token.id, token);
  return token;
}

/** The clock of a status runs from its first day. */
export function setStatus(context: OAuth2ClientContext, token: ClientToken, status: TokenStatus): void {
  if (token.status === status) return;
  token.status = status;
  token.statusSinceMs = context.now();
}
