/**
 * The metadata document of the authorization server, and where it is (RFC 8414, RFC 9207 section 3; oauth2.md part 6,
 * row 31). It tells all that works, unlike that of a Data Center product (oauth2.md 2.2).
 */

export interface AuthorizationServer {
  /** Our base URL. */
  issuer: string;
  scopes: readonly string[];
  hasIntrospection: boolean;
}

export const endpointPaths = {
  authorize: '/oauth2/authorize',
  token: '/oauth2/token',
  revoke: '/oauth2/revoke',
  introspect: '/oauth2/introspect',
  metadata: '/.well-known/oauth-authorization-server',
} as const;

const confidential = ['client_secret_basic', 'client_secret_post'];

export function metadataOf({ issuer, scopes, hasIntrospection }: AuthorizationServer) {
  return {
    issuer,
    authorization_endpoint: issuer + endpointPaths.authorize,
    token_endpoint: issuer + endpointPaths.token,
    revocation_endpoint: issuer + endpointPaths.revoke,
    ...(hasIntrospection
      ? {
          introspection_endpoint: issuer + endpointPaths.introspect,
          introspection_endpoint_auth_methods_supported: confidential,
        }
      : {}),
    scopes_supported: scopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: [...confidential, 'none'],
    revocation_endpoint_auth_methods_supported: [...confidential, 'none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** Where RFC 8414 section 3 has it, below the root of the issuer's host. */
export function wellKnownPath(issuer: string): string {
  return endpointPaths.metadata + new URL(issuer).pathname.replace(/\/$/, '');
}
