/**
 * Errors of resources and of OAuth 1.0a's endpoints. In the form of OAuth 1.0a with problem reporting (jenkins-integration.md A7, A8; applinks-oauth1.md 5.2,
 * 5.4): the problem in `WWW-Authenticate` of every 4xx, the same fields form-encoded in the body. A peer shows problem
 * and advice to its user, and nothing else of the answer. A refused bearer token gets the form of RFC 6750 section 3.
 */
import type { Response } from 'express';
import {
  CredentialsMissing,
  OAuthChallenge,
  OAuthProblem,
  type ApplinksError,
  type ErrorCode,
  type ProblemCode,
} from '../errors.js';
import { BearerRefused } from '../oauth2-errors.js';
import { encodeForm } from '../oauth1/encoding.js';
import { challenge, problemFields } from '../oauth1/problem.js';
import { bearerChallenge } from '../oauth2/bearer.js';
import { oauth2Body } from './oauth2-answer.js';
import { setNoStore } from './security-headers.js';

/** What the extension calls errors that are not its own; `consumer_key_refused` is its word for throttling. */
const reportedAs: Partial<Record<ErrorCode, ProblemCode>> = {
  rate_limited: 'consumer_key_refused',
  payload_too_large: 'parameter_rejected',
  unsupported_media_type: 'parameter_rejected',
};

export function sendOAuthError(res: Response, realm: string, error: ApplinksError): void {
  setNoStore(res);
  res.status(error.status);
  const fields = fieldsOf(error);
  if (fields) {
    res.setHeader('WWW-Authenticate', challenge(realm, fields));
    res.type('application/x-www-form-urlencoded').send(encodeForm(Object.entries(fields)));
  } else if (error instanceof BearerRefused) {
    res.setHeader('WWW-Authenticate', challengesOf(realm, error));
    res.json(oauth2Body(error));
  } else if (error instanceof OAuthChallenge) {
    // AL 5.4: a bare challenge with an empty body is how a peer recognises a level that is switched off.
    res.setHeader('WWW-Authenticate', challengesOf(realm, error));
    res.end();
  } else {
    res.type('text/plain').send(error.message);
  }
}

/** Each scheme's credentials get that scheme's challenge, none get both (rule 7). */
export function challengesOf(realm: string, error: OAuthChallenge | BearerRefused): string[] {
  if (error instanceof BearerRefused) {
    const { scope } = error;
    return [bearerChallenge(realm, { ...oauth2Body(error), ...(scope === undefined ? {} : { scope }) })];
  }
  const both = [challenge(realm), bearerChallenge(realm)];
  return error instanceof CredentialsMissing ? both : both.slice(0, 1);
}

function fieldsOf(error: ApplinksError): Record<string, string> | undefined {
  if (error instanceof OAuthProblem) return problemFields(error);
  const problem = reportedAs[error.code];
  return problem && { oauth_problem: problem, oauth_problem_advice: error.message };
}
