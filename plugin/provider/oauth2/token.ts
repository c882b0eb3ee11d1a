/** The token endpoint (RFC 6749 section 3.2): one grant per type; no implicit and no password grant (RFC 9700 2.4). */
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { RawBodies } from '../../http/raw-body.js';
import { requireParameter, type RequestParameters } from '../../oauth2/parameters.js';
import type { AttemptNotes } from './attempt-notes.js';
import { clientEndpoint, type ClientRequest } from './client-endpoint.js';
import { grantByCode } from './code-grant.js';
import type { TokenAnswer } from './issued-tokens.js';
import { grantToClient } from './own-grant.js';
import { grantByRefreshToken } from './refresh-grant.js';

type Grant = (context: Context, request: ClientRequest) => Promise<TokenAnswer>;

const grants: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', grantByCode],
  ['refresh_token', grantByRefreshToken],
  ['client_credentials', grantToClient],
]);

export function tokenEndpoint(context: Context, rawBodies: RawBodies, notes: AttemptNotes): Endpoint {
  return clientEndpoint(
    { context, rawBodies },
    {
      name: 'oauth2-token',
      requireKnown: (parameters) => void requireGrant(parameters),
      handle: async (request) => {
        const answer = await requireGrant(request.parameters)(context, request);
        notes.reached(request, [stageOf(request.parameters)], request.parameters.names);
        return answer;
      },
      onRefused: (client, error, parameters) =>
        notes.failed(client, stageOf(parameters), error, parameters.names),
    },
  );
}

function requireGrant(parameters: RequestParameters): Grant {
  const grant = grants.get(requireParameter(parameters, 'grant_type'));
  if (grant) return grant;
  const known = [...grants.keys()].join(', ');
  throw new OAuth2Error('unsupported_grant_type', `grant_type must be one of ${known}.`);
}

const stageOf = (parameters: RequestParameters): 'refresh' | 'token' =>
  parameters.get('grant_type') === 'refresh_token' ? 'refresh' : 'token';
