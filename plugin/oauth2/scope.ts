/**
 * Scopes of a request (RFC 6749 section 3.3; oauth2.md part 6, row 7). An attacker asks for more than the client may
 * have, or for what there is not: both are refused as one, so that nothing is learned of other clients' scopes.
 */
import { OAuth2Error } from '../oauth2-errors.js';

const scopeList = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Undefined when the text is not a list of scopes. */
export function parseScopes(text: string): string[] | undefined {
  return scopeList.test(text) ? [...new Set(text.split(' '))] : undefined;
}

/** In the order of `allowed`, which is also what a request without scope gets. @throws OAuth2Error `invalid_scope` */
export function requireScopes(text: string | undefined, allowed: readonly string[]): string[] {
  const asked = text === undefined ? allowed : parseScopes(text);
  if (!asked || asked.length === 0 || asked.some((scope) => !allowed.includes(scope))) {
    throw new OAuth2Error(
      'invalid_scope',
      'The scope is malformed, unknown, or more than this client may ask for.',
    );
  }
  return allowed.filter((scope) => asked.includes(scope));
}

/**
 * As much of it as is allowed, for a client that sends the scopes of its settings of today (row 22).
 * @throws OAuth2Error `invalid_scope` when nothing is left.
 */
export function intersectScopes(text: string | undefined, allowed: readonly string[]): string[] {
  const asked = text === undefined ? allowed : parseScopes(text);
  const left = allowed.filter((scope) => asked?.includes(scope));
  if (left.length > 0) return left;
  throw new OAuth2Error(
    'invalid_scope',
    'None of these scopes was granted. Authorize again to get other scopes.',
  );
}
