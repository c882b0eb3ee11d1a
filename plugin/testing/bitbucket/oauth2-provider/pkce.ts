/** PKCE as the peer checks it (oauth2.md 2.3 row 11, 2.5 row 9): `plain` unless told otherwise, methods in any case. */
import { createHash } from 'node:crypto';
import type { Challenge } from './memory.js';
import { OAuth2Refusal } from './oauth2-refusal.js';

const wellFormed = /^[0-9A-Za-z~._-]{43,128}$/;

/** Undefined when the request has none. */
export function requireSoundChallenge(query: URLSearchParams): Challenge | undefined {
  const [value, asked] = [query.get('code_challenge') ?? '', query.get('code_challenge_method') ?? ''];
  if (value === '' && asked === '') return undefined;
  const method = (['plain', 'S256'] as const).find(
    (known) => known.toLowerCase() === (asked || 'plain').toLowerCase(),
  );
  if (!method || !wellFormed.test(value)) throw new OAuth2Refusal('invalid_request', 'pkce');
  return { value, method };
}

export function requireVerifier(challenge: Challenge | undefined, verifier: string | null): void {
  if (!challenge) return;
  const given = verifier ?? '';
  const derived =
    challenge.method === 'plain' ? given : createHash('sha256').update(given).digest('base64url');
  if (!wellFormed.test(given) || derived !== challenge.value) {
    throw new OAuth2Refusal('invalid_grant', 'verifier');
  }
}
