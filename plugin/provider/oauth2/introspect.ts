/**
 * The introspection endpoint (RFC 7662; oauth2.md part 6, row 30), off by default: a confidential client asks about tokens
 * of its own link. Of a token that is dead, or of another link, it learns nothing but that it is not active.
 */
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { RawBodies } from '../../http/raw-body.js';
import { requireParameter } from '../../oauth2/parameters.js';
import type { Authorization, TokenPair } from '../../store/authorizations.js';
import { digest } from '../../store/digest.js';
import type { Link } from '../../store/store.js';
import { clientEndpoint, type ClientRequest } from './client-endpoint.js';
import { scopesLeft } from './clients.js';

export function introspectionEndpoint(context: Context, rawBodies: RawBodies): Endpoint {
  return clientEndpoint(
    { context, rawBodies },
    { name: 'oauth2-introspect', handle: (request) => introspect(context, request) },
  );
}

async function introspect(context: Context, { link, client, parameters }: ClientRequest): Promise<object> {
  if (client.type === 'public')
    throw new OAuth2Error('invalid_client', 'Only a client with a secret may ask about tokens.', 401);
  const { store } = context;
  const tokenDigest = digest(requireParameter(parameters, 'token'));
  const access = await store.authorizations.findByAccessToken(tokenDigest);
  if (access)
    return describe(context, link, access, access.tokens.accessExpiresAtMs, { token_type: 'Bearer' });
  const refresh = await store.authorizations.findByRefreshToken(tokenDigest);
  const isUsed = refresh?.tokens.rotation !== null;
  return refresh && !isUsed
    ? describe(context, link, refresh, refresh.tokens.refreshExpiresAtMs ?? 0)
    : { active: false };
}

async function describe(
  context: Context,
  link: Link,
  { authorization, tokens }: { authorization: Authorization; tokens: TokenPair },
  expiresAtMs: number,
  kind: { token_type?: 'Bearer' } = {},
): Promise<object> {
  const { baseUrl, host, clock } = context.config;
  const { userId, credentialId } = authorization;
  // By its id, which no client of another link has.
  const client = link.clients.find(({ id }) => id === credentialId);
  const user = userId === null ? undefined : await host.findUser(userId);
  const isWithdrawn = userId === null && !client?.allowClientCredentials;
  if (!client || isWithdrawn || user === null || clock() >= expiresAtMs) return { active: false };
  return {
    active: true,
    ...kind,
    client_id: client.clientId,
    scope: scopesLeft(context, client, tokens.scopes).join(' '),
    iss: baseUrl,
    iat: Math.floor(tokens.createdAtMs / 1000),
    exp: Math.floor(expiresAtMs / 1000),
    ...(user ? { sub: user.id, username: user.name } : {}),
  };
}
