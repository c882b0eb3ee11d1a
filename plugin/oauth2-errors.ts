/**
 * Refusals of OAuth 2.0, by our authorization server and by what it protects (RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750
 * section 3.1). The description is told to the client: it gives the cure, and nothing that only an administrator may know.
 */
import { ApplinksError, type ErrorDetails } from './errors.js';

/** Error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, and two of OpenID Connect for `prompt=none`. */
export type OAuth2ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'temporarily_unavailable'
  | 'server_error';

/** An OAuth 2.0 refusal of our authorization server. */
export class OAuth2Error extends ApplinksError {
  constructor(
    readonly error: OAuth2ErrorCode,
    /** For `error_description`: one or two sentences, all that an administrator of a peer gets to see (oauth2.md 1.6). */
    readonly description: string,
    status = 400,
    details: ErrorDetails = {},
  ) {
    super('oauth2_error', status, description, details);
  }
}

/** A bearer token was refused by a resource, or does not suffice (RFC 6750 section 3.1). */
export class BearerRefused extends OAuth2Error {
  constructor(
    error: 'invalid_request' | 'invalid_token' | 'insufficient_scope',
    description: string,
    /** What the resource asks for. */
    readonly scope?: string,
    details: ErrorDetails = {},
  ) {
    super(error, description, bearerStatus[error], details);
  }
}

const bearerStatus = { invalid_request: 400, invalid_token: 401, insufficient_scope: 403 };
