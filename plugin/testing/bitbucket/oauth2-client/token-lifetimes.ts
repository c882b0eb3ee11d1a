/**
 * How long tokens live in the client's eyes (oauth2.md 1.6): an access token from the instant before the request, a
 * refresh token until the `exp` of its payload when it is a JWT and for 30 days otherwise; and the rule that a token
 * without a refresh token has to live for 30 days.
 */
import { isRecord, parseJson } from '../json-body.js';
import type { ClientConfig } from './client-config.js';
import type { GrantedTokens } from './token-response.js';

const dayMs = 24 * 3600 * 1000;
const defaultRefreshTokenMs = 30 * dayMs;
const leastAccessTokenMs = 30 * dayMs;

export interface TokenSet {
  accessToken: string;
  /** Infinity: never. */
  accessTokenExpiresAtMs: number;
  refreshToken: string | undefined;
  /** Set even when there is no refresh token. */
  refreshTokenExpiresAtMs: number;
}

const decoded = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString('utf8'));

function jwtExpiry(token: string | undefined): number | undefined {
  const [header = '', payload = '', ...rest] = (token ?? '').split('.');
  if (rest.length !== 1 || !isRecord(decoded(header))) return undefined;
  const claims = decoded(payload);
  return isRecord(claims) && typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
}

/** `beforeMs` and `afterMs`: around the request that brought them. */
export const datedTokens = (
  { accessToken, lifetimeSeconds, refreshToken }: GrantedTokens,
  { beforeMs, afterMs }: { beforeMs: number; afterMs: number },
): TokenSet => ({
  accessToken,
  accessTokenExpiresAtMs:
    lifetimeSeconds === 0 ? Number.POSITIVE_INFINITY : beforeMs + lifetimeSeconds * 1000,
  refreshToken,
  refreshTokenExpiresAtMs: jwtExpiry(refreshToken) ?? afterMs + defaultRefreshTokenMs,
});

/** Why a new token is of no use, if so. */
export function complaintAbout(
  { type }: ClientConfig,
  { refreshToken, accessTokenExpiresAtMs }: TokenSet,
  nowMs: number,
): string | undefined {
  if (refreshToken !== undefined) return undefined;
  if (type !== 'generic') return 'The provider returned no refresh token.';
  if (accessTokenExpiresAtMs >= nowMs + leastAccessTokenMs) return undefined;
  return 'The provider returned no refresh token, and an access token that lives for less than 30 days.';
}
