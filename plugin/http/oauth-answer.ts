/**
 * Errors in the form of OAuth 1.0a with problem reporting (jenkins-integration.md A7, A8; applinks-oauth1.md 5.2,
 * 5.4): the problem in `WWW-Authenticate` of every 4xx, the same fields form-encoded in the body.
 */
import type { Response } from 'express';
import { type ApplinksError, OAuthChallenge, OAuthProblem } from '../errors.js';
import { encodeForm } from '../oauth1/encoding.js';
import { challenge, problemFields } from '../oauth1/problem.js';
import { setNoStore } from './security-headers.js';

export function sendOAuthError(res: Response, realm: string, error: ApplinksError): void {
  setNoStore(res);
  res.status(error.status);
  if (error instanceof OAuthProblem) {
    const fields = problemFields(error);
    res.setHeader('WWW-Authenticate', challenge(realm, fields));
    res.type('application/x-www-form-urlencoded').send(encodeForm(Object.entries(fields)));
  } else if (error instanceof OAuthChallenge) {
    // AL 5.4: a bare challenge with an empty body is how a peer recognises a level that is switched off.
    res.setHeader('WWW-Authenticate', challenge(realm));
    res.end();
  } else {
    res.type('text/plain').send(error.message);
  }
}
