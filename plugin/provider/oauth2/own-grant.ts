/** Tokens of a client's own, without a user and without a refresh token (RFC 6749 section 4.4). */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import { requireScopes } from '../../oauth2/scope.js';
import type { Authorization } from '../../store/authorizations.js';
import type { ClientRequest } from './client-endpoint.js';
import { grantableScopes } from './clients.js';
import { authorizationEvent, newTokens, type TokenAnswer } from './issued-tokens.js';

export async function grantToClient(
  context: Context,
  { link, client, parameters }: ClientRequest,
): Promise<TokenAnswer> {
  if (!client.allowClientCredentials || client.type === 'public')
    throw new OAuth2Error('unauthorized_client', 'This client may have no tokens without a user.');
  const scopes = requireScopes(parameters.get('scope'), grantableScopes(context, client));
  const createdAtMs = context.config.clock();
  const ground = { id: randomUUID(), endsAtMs: null };
  const { answer, pair, expiresAtMs } = newTokens(context, client, ground, scopes, { isRenewable: false });
  const authorization: Authorization = {
    ...ground,
    ...{ linkId: link.id, credentialId: client.id, userId: null, scopes },
    ...{ createdAtMs, lastUsedAtMs: null, expiresAtMs },
  };
  if (!(await context.store.authorizations.create(authorization, pair)))
    throw new OAuth2Error('invalid_client', 'The client is unknown or its secret is wrong.', 401);
  context.events.emit('access_token.issued', authorizationEvent(authorization));
  return answer;
}
