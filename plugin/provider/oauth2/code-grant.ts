/**
 * A code for tokens (RFC 6749 section 4.1.3; oauth2.md part 6, rows 9 to 11 and 21). What an attacker tries: a stolen code
 * by another client, to another redirect URI, without its verifier, or once more. A code that comes a second time from
 * the client that it belongs to has leaked, so all that came of it ends; before the client has proved itself nothing does.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import { requireParameter } from '../../oauth2/parameters.js';
import { requireCodeVerifier } from '../../oauth2/pkce.js';
import type { Authorization, AuthorizationCode } from '../../store/authorizations.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { ClientRequest } from './client-endpoint.js';
import { scopesLeft } from './clients.js';
import { authorizationEvent, newTokens, requireGrantor, type TokenAnswer } from './issued-tokens.js';
import { revokeAuthorization } from './revoke-authorization.js';

export async function grantByCode(
  context: Context,
  { client, parameters }: ClientRequest,
): Promise<TokenAnswer> {
  const { store, config, events } = context;
  const codeDigest = digest(requireParameter(parameters, 'code'));
  const code = await requireOwnCode(context, client, codeDigest);
  await rejectReplay(context, code);
  requireFresh(code, config.clock());
  requireSameRedirectUri(code, parameters.get('redirect_uri'));
  requireCodeVerifier(parameters.get('code_verifier'), code.codeChallenge);
  await requireGrantor(context, code.userId);
  const scopes = requireScopesLeft(context, client, code.scopes);
  const createdAtMs = config.clock();
  const { authorizationLifetimeMs } = client;
  const ground = {
    id: randomUUID(),
    endsAtMs: authorizationLifetimeMs === null ? null : createdAtMs + authorizationLifetimeMs,
  };
  const { answer, pair, expiresAtMs } = newTokens(context, client, ground, scopes, { isRenewable: true });
  const authorization: Authorization = {
    ...ground,
    ...{ linkId: code.linkId, credentialId: client.id, userId: code.userId, scopes },
    ...{ createdAtMs, lastUsedAtMs: null, expiresAtMs },
  };
  if (!(await store.codes.exchange(codeDigest, authorization, pair))) {
    // Another request was faster with it, or the client is gone.
    await rejectReplay(context, await requireOwnCode(context, client, codeDigest));
    throw deadCode();
  }
  events.emit('access_token.issued', authorizationEvent(authorization));
  return answer;
}

/** A code of another client counts as unknown. */
async function requireOwnCode(
  { store }: Context,
  client: OAuth2Client,
  codeDigest: string,
): Promise<AuthorizationCode> {
  const code = await store.codes.get(codeDigest);
  if (code?.credentialId !== client.id) throw deadCode();
  return code;
}

async function rejectReplay(context: Context, code: AuthorizationCode): Promise<void> {
  const { authorizationId, linkId, credentialId, userId } = code;
  if (authorizationId === null) return;
  context.events.emit('authorization_code.replayed', {
    tokenId: authorizationId,
    ...{ linkId, credentialId, userId },
  });
  await revokeAuthorization(context, authorizationId);
  throw deadCode();
}

function requireFresh({ expiresAtMs }: AuthorizationCode, nowMs: number): void {
  if (nowMs >= expiresAtMs) throw deadCode();
}

function requireSameRedirectUri({ redirectUri }: AuthorizationCode, given: string | undefined): void {
  if (given === redirectUri) return;
  throw new OAuth2Error('invalid_grant', 'redirect_uri differs from that of the authorization request.');
}

/** An administrator may have narrowed the client's scopes since the user allowed them. */
function requireScopesLeft(context: Context, client: OAuth2Client, allowed: readonly string[]): string[] {
  const left = scopesLeft(context, client, allowed);
  if (left.length > 0) return left;
  throw new OAuth2Error('invalid_scope', 'What was authorized is no longer allowed for this client.');
}

function deadCode(): OAuth2Error {
  return new OAuth2Error('invalid_grant', 'The code is unknown, expired or already used. Authorize again.');
}
