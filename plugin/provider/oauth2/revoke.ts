/**
 * The revocation endpoint (RFC 7009; oauth2.md part 6, row 29). A refresh token ends the whole authorization, an access
 * token itself only; the hint decides nothing. A token that is unknown, or another client's, is answered like one that was
 * revoked: nobody learns of it and nothing happens to it.
 */
import type { Context } from '../../context.js';
import type { Endpoint } from '../../http/handler.js';
import type { RawBodies } from '../../http/raw-body.js';
import { requireParameter } from '../../oauth2/parameters.js';
import { digest } from '../../store/digest.js';
import { clientEndpoint, type ClientRequest } from './client-endpoint.js';
import { authorizationEvent } from './issued-tokens.js';
import { revokeAuthorization } from './revoke-authorization.js';

export function revocationEndpoint(context: Context, rawBodies: RawBodies): Endpoint {
  return clientEndpoint(
    { context, rawBodies },
    {
      name: 'oauth2-revoke',
      handle: async (request) => {
        await revoke(context, request);
        return undefined;
      },
    },
  );
}

async function revoke(context: Context, { client, parameters }: ClientRequest): Promise<void> {
  const { authorizations } = context.store;
  const tokenDigest = digest(requireParameter(parameters, 'token'));
  const renewable = await authorizations.findByRefreshToken(tokenDigest);
  if (renewable?.authorization.credentialId === client.id)
    await revokeAuthorization(context, renewable.authorization.id);
  const usable = await authorizations.findByAccessToken(tokenDigest);
  if (usable?.authorization.credentialId !== client.id) return;
  if (usable.tokens.refreshDigest === null) await revokeAuthorization(context, usable.authorization.id);
  else if (await authorizations.removeAccessToken(tokenDigest))
    context.events.emit('access_token.revoked', { ...authorizationEvent(usable.authorization), by: null });
}
