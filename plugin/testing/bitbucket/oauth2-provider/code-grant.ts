/**
 * A code for tokens, in the peer's order of checks (oauth2.md 2.5): a code redeemed twice kills what came of it before
 * anybody is authenticated, while a failed exchange, even with a wrong secret, leaves the code as it was.
 */
import type { StandInContext } from '../context.js';
import { requireClientSecret } from './client-credentials.js';
import type { AuthorizationCode, TokenPair } from './memory.js';
import { OAuth2Refusal, requireParameters, UnexpectedFailure } from './oauth2-refusal.js';
import { requireVerifier } from './pkce.js';
import { issuePair, removeTokensOfCode } from './tokens.js';

export function requireLock({ oauth2 }: StandInContext): void {
  if (oauth2.switches.isLocked) throw new UnexpectedFailure('lock');
}

function rejectRedeemedCode(context: StandInContext, value: string): void {
  if (!context.oauth2.redeemedCodes.has(value)) return;
  removeTokensOfCode(context, value);
  throw new OAuth2Refusal('invalid_grant', 'redeemed');
}

function requireKnownCode(context: StandInContext, value: string): AuthorizationCode {
  const { oauth2 } = context;
  const code = oauth2.codes.get(value);
  const lifeMs = oauth2.switches.maxClientDelaySeconds * 1000;
  if (!code || context.now() - code.createdAtMs > lifeMs) throw new OAuth2Refusal('invalid_request', 'code');
  return code;
}

function requireSameRedirect(code: AuthorizationCode, redirectUri: string): void {
  if (code.redirectUri !== redirectUri) throw new OAuth2Refusal('invalid_grant', 'redirect');
}

function requireStillRegistered({ oauth2 }: StandInContext, clientId: string, redirectUri: string): void {
  if (!oauth2.clients.get(clientId)?.redirects.includes(redirectUri)) {
    throw new OAuth2Refusal('invalid_client', 'redirect');
  }
}

function requireOwnCode(code: AuthorizationCode, clientId: string): void {
  if (code.clientId !== clientId) throw new OAuth2Refusal('invalid_grant', 'code');
}

function requireUser({ state }: StandInContext, name: string): void {
  if (!state.users.has(name)) throw new UnexpectedFailure('failure');
}

export function grantByCode(context: StandInContext, form: URLSearchParams): TokenPair {
  requireParameters(form, ['code', 'redirect_uri', 'client_id']);
  const [value, clientId] = [form.get('code') ?? '', form.get('client_id') ?? ''];
  const redirectUri = form.get('redirect_uri') ?? '';
  requireLock(context);
  rejectRedeemedCode(context, value);
  const code = requireKnownCode(context, value);
  requireSameRedirect(code, redirectUri);
  requireStillRegistered(context, clientId, redirectUri);
  requireOwnCode(code, clientId);
  requireVerifier(code.challenge, form.get('code_verifier'));
  requireClientSecret(context, form);
  requireUser(context, code.user);
  context.oauth2.codes.delete(value);
  context.oauth2.redeemedCodes.add(value);
  const { user, scope } = code;
  return issuePair(context, { clientId, user, scope, code: value, refreshCount: 0 });
}
