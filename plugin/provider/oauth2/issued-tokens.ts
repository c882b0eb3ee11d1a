/** A new pair of tokens: what the client is told, and what is stored of it (rule 5; oauth2.md part 6, rows 19 and 27). */
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { Authorization, TokenPair } from '../../store/authorizations.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import { randomToken } from '../token-values.js';

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token?: string;
  scope: string;
}

export interface IssuedTokens {
  answer: TokenAnswer;
  pair: TokenPair;
  /** When nothing of the authorization can be used or renewed any more. */
  expiresAtMs: number;
}

/** Of the authorization that they are issued for. */
type Ground = Pick<Authorization, 'id' | 'endsAtMs'>;

export function newTokens(
  { config }: Pick<Context, 'config'>,
  { accessTokenLifetimeMs, refreshTokenLifetimeMs }: OAuth2Client,
  { id, endsAtMs }: Ground,
  scopes: string[],
  { isRenewable }: { isRenewable: boolean },
): IssuedTokens {
  const access = randomToken();
  const refresh = isRenewable ? randomToken() : undefined;
  const createdAtMs = config.clock();
  const until = (lifetimeMs: number): number => Math.min(createdAtMs + lifetimeMs, endsAtMs ?? Infinity);
  const accessExpiresAtMs = until(accessTokenLifetimeMs);
  const refreshExpiresAtMs = refresh === undefined ? null : until(refreshTokenLifetimeMs);
  const pair: TokenPair = {
    authorizationId: id,
    accessDigest: digest(access),
    accessExpiresAtMs,
    scopes,
    refreshDigest: refresh === undefined ? null : digest(refresh),
    refreshExpiresAtMs,
    createdAtMs,
    rotation: null,
  };
  const expiresAtMs = Math.max(accessExpiresAtMs, refreshExpiresAtMs ?? 0);
  return { answer: tokenAnswer(access, refresh, pair, createdAtMs), pair, expiresAtMs };
}

export function tokenAnswer(
  access: string,
  refresh: string | undefined,
  { accessExpiresAtMs, scopes }: TokenPair,
  nowMs: number,
): TokenAnswer {
  return {
    access_token: access,
    token_type: 'Bearer',
    expires_in: Math.max(1, Math.floor((accessExpiresAtMs - nowMs) / 1000)),
    ...(refresh === undefined ? {} : { refresh_token: refresh }),
    scope: scopes.join(' '),
  };
}

/** Of an authorization, as events tell it. */
export function authorizationEvent({ id, linkId, credentialId, userId }: Authorization) {
  return { tokenId: id, linkId, credentialId, userId };
}

/** @throws OAuth2Error `invalid_grant`: tokens of people who are gone are dead. */
export async function requireGrantor(
  { config }: Pick<Context, 'config'>,
  userId: string | null,
): Promise<void> {
  if (userId === null || (await config.host.findUser(userId))) return;
  throw new OAuth2Error('invalid_grant', 'The user who authorized this no longer exists.');
}
