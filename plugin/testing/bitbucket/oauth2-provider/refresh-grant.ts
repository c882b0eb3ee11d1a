/**
 * A refresh token for a new pair, in the peer's order of checks (oauth2.md 2.5): the token is looked up before the
 * client, so a deleted client hears `invalid_grant`; a dead token kills nothing; and two refreshes at the same instant
 * may both pass the checks, after which each has a pair of its own.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { StandInContext } from '../context.js';
import { requireClientSecret } from './client-credentials.js';
import { requireLock } from './code-grant.js';
import type { TokenPair } from './memory.js';
import { OAuth2Refusal, requireParameters, UnexpectedFailure } from './oauth2-refusal.js';
import { findToken, rotate } from './tokens.js';

function requireLiveToken(context: StandInContext, token: string, clientId: string): TokenPair {
  const found = findToken(context, token);
  if (found === 'malformed') throw new UnexpectedFailure('failure');
  if (found?.kind !== 'refresh_token' || found.pair.clientId !== clientId) {
    throw new OAuth2Refusal('invalid_grant', 'refresh');
  }
  return found.pair;
}

export async function grantByRefresh(context: StandInContext, form: URLSearchParams): Promise<TokenPair> {
  requireParameters(form, ['refresh_token', 'client_id']);
  const pair = requireLiveToken(context, form.get('refresh_token') ?? '', form.get('client_id') ?? '');
  requireClientSecret(context, form);
  requireLock(context);
  const { refreshPauseMs } = context.oauth2.switches;
  if (refreshPauseMs > 0) await pause(refreshPauseMs);
  return rotate(context, pair);
}
