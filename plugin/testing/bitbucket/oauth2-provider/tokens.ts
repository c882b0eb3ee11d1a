/**
 * Issuing, rotating, finding and removing token pairs (oauth2.md 2.5, 2.6): a refresh ends both tokens of the old pair
 * at once, and nothing but a code redeemed twice ends a whole line.
 */
import type { StandInContext } from '../context.js';
import { newId, type AuthorizationCode, type TokenPair } from './memory.js';
import { readJwt, signJwt } from './jwt.js';

type Grant = Pick<TokenPair, 'clientId' | 'user' | 'scope' | 'code' | 'refreshCount'>;

export function issuePair(context: StandInContext, grant: Grant): TokenPair {
  const { oauth2 } = context;
  const { accessTokenExpirationSeconds, refreshTokenExpirationSeconds } = oauth2.switches;
  const createdAtMs = context.now();
  const [accessId, refreshId] = [newId(), newId()];
  const pair: TokenPair = {
    ...grant,
    ...{ accessId, accessToken: signJwt(accessId, oauth2.jwtSecret) },
    ...{ refreshId, refreshToken: signJwt(refreshId, oauth2.jwtSecret) },
    createdAtMs,
    accessExpiresAtMs: createdAtMs + accessTokenExpirationSeconds * 1000,
    refreshExpiresAtMs: createdAtMs + refreshTokenExpirationSeconds * 1000,
    uses: 0,
  };
  oauth2.pairs.add(pair);
  const { clientId, user, refreshCount } = pair;
  oauth2.audit.push({ action: 'token.created', clientId, details: { user, refreshCount } });
  return pair;
}

/** Removing one that is gone already is no revocation. */
export function removePair({ oauth2 }: StandInContext, pair: TokenPair): void {
  if (!oauth2.pairs.delete(pair)) return;
  const { clientId, user } = pair;
  oauth2.audit.push({ action: 'token.revoked', clientId, details: { user } });
}

function removeWhere(context: StandInContext, isMeant: (pair: TokenPair) => boolean): void {
  [...context.oauth2.pairs].filter(isMeant).forEach((pair) => removePair(context, pair));
}

/** Also what came of it by refreshing. */
export const removeTokensOfCode = (context: StandInContext, code: AuthorizationCode['value']): void =>
  removeWhere(context, (pair) => pair.code === code);

export const removeTokensOfClient = (context: StandInContext, clientId: string): void =>
  removeWhere(context, (pair) => pair.clientId === clientId);

export function rotate(context: StandInContext, old: TokenPair): TokenPair {
  removePair(context, old);
  const { clientId, user, scope, code, refreshCount } = old;
  return issuePair(context, { clientId, user, scope, code, refreshCount: refreshCount + 1 });
}

export type TokenKind = 'access_token' | 'refresh_token';

/** `malformed`: no JWT. Expired ones count as absent. */
export function findToken(
  context: StandInContext,
  token: string,
): { pair: TokenPair; kind: TokenKind } | 'malformed' | undefined {
  const { oauth2 } = context;
  const now = context.now();
  const read = readJwt(token, oauth2.jwtSecret);
  if (read === 'malformed') return read;
  for (const pair of oauth2.pairs) {
    const { accessId, refreshId, accessExpiresAtMs, refreshExpiresAtMs } = pair;
    if (read.id === accessId && now < accessExpiresAtMs) return { pair, kind: 'access_token' };
    if (read.id === refreshId && now < refreshExpiresAtMs) return { pair, kind: 'refresh_token' };
  }
  return undefined;
}
