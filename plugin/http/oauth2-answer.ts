/**
 * Errors of the token, revocation and introspection endpoints: always JSON, never cached, never a redirect (RFC 6749
 * section 5.2; oauth2.md part 6, row 20). An administrator of a peer sees the description and nothing else of it (1.6).
 */
import type { Response } from 'express';
import { type ApplinksError, type ErrorCode } from '../errors.js';
import { OAuth2Error, type OAuth2ErrorCode } from '../oauth2-errors.js';
import { asciiDescription } from '../oauth2/description.js';

/** What OAuth 2.0 calls errors that are not its own. */
const reportedAs: Partial<Record<ErrorCode, OAuth2ErrorCode>> = {
  rate_limited: 'temporarily_unavailable',
  payload_too_large: 'invalid_request',
  unsupported_media_type: 'invalid_request',
  invalid_input: 'invalid_request',
};

export function sendOAuth2Error(res: Response, error: ApplinksError): void {
  sendOAuth2(res, error.status, oauth2Body(error));
}

/** An answer without a body where `document` is undefined. */
export function sendOAuth2(res: Response, status: number, document: object | undefined): void {
  res.status(status);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Pragma', 'no-cache');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  if (document === undefined) {
    res.end();
    return;
  }
  res.setHeader('Content-Type', 'application/json;charset=UTF-8');
  res.end(JSON.stringify(document));
}

export function oauth2Body(error: ApplinksError): { error: OAuth2ErrorCode; error_description: string } {
  const code = error instanceof OAuth2Error ? error.error : (reportedAs[error.code] ?? 'server_error');
  return { error: code, error_description: asciiDescription(error.message) };
}
