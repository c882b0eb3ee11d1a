/**
 * What a client asks for with its authorization request, once it is known where answers go (RFC 6749 section 4.1.1;
 * oauth2.md part 6, rows 1, 2 and 6 to 9). Whatever is refused here goes back to the client.
 */
import type { Context } from '../../context.js';
import { mayShowNothing, requireCodeResponse } from '../../oauth2/authorization-request.js';
import { rejectRepeated, type RequestParameters } from '../../oauth2/parameters.js';
import { requireCodeChallenge } from '../../oauth2/pkce.js';
import { requireScopes } from '../../oauth2/scope.js';
import { grantableScopes } from './clients.js';
import type { RedirectTarget } from './redirect-target.js';

export interface AuthorizationRequest {
  scopes: string[];
  codeChallenge: string | null;
  /** `prompt=none` */
  mayShowNothing: boolean;
}

/** @throws OAuth2Error `invalid_request`, `unsupported_response_type`, `invalid_scope` */
export function requireAuthorizationRequest(
  context: Context,
  { client }: RedirectTarget,
  parameters: RequestParameters,
): AuthorizationRequest {
  const isAtlassian = client.type === 'atlassian';
  rejectRepeated(parameters);
  requireCodeResponse(parameters);
  return {
    codeChallenge: requireCodeChallenge(parameters, !isAtlassian),
    scopes: requireScopes(parameters.get('scope'), grantableScopes(context, client)),
    mayShowNothing: mayShowNothing(parameters, isAtlassian),
  };
}
