/**
 * Proof key for code exchange, method S256 only (RFC 7636; oauth2.md part 6, rows 8 to 10). An attacker who has caught a
 * code lacks the verifier; so he tries to have the challenge left out, the method turned to `plain`, or a verifier taken
 * for a code that was issued without a challenge (RFC 9700 section 4.8.2).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { OAuth2Error } from '../oauth2-errors.js';
import type { RequestParameters } from './parameters.js';

/** What S256 gives: 32 bytes in base64url. */
const challengeForm = /^[\w-]{43}$/;
const verifierForm = /^[\w.~-]{43,128}$/;

/** null: the request has none, and needs none. @throws OAuth2Error `invalid_request` */
export function requireCodeChallenge(parameters: RequestParameters, isRequired: boolean): string | null {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined && method === undefined && !isRequired) return null;
  if (challenge === undefined) throw invalid('This client must use PKCE: code_challenge is missing.');
  // Without a method it would be `plain` (section 4.3).
  if (method !== 'S256') throw invalid('code_challenge_method must be S256.');
  if (!challengeForm.test(challenge)) throw invalid('code_challenge must be 43 characters of base64url.');
  return challenge;
}

/** @throws OAuth2Error `invalid_grant` */
export function requireCodeVerifier(verifier: string | undefined, challenge: string | null): void {
  if (challenge === null) {
    if (verifier !== undefined)
      throw new OAuth2Error('invalid_grant', 'This code was issued without a code_challenge.');
    return;
  }
  if (verifier === undefined || !verifierForm.test(verifier) || !isVerifierOf(challenge, verifier))
    throw new OAuth2Error('invalid_grant', 'The code_verifier does not belong to this code.');
}

function isVerifierOf(challenge: string, verifier: string): boolean {
  const given = createHash('sha256').update(verifier).digest();
  const wanted = Buffer.from(challenge, 'base64url');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function invalid(description: string): OAuth2Error {
  return new OAuth2Error('invalid_request', description);
}
