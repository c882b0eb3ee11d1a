/**
 * The one-time token that the consent page carries (oauth2.md 2.3 row 8): it belongs to the session, and a request
 * forged elsewhere, or a consent sent twice, has none that counts.
 */
import type { Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { newId } from './memory.js';

type Session = Pick<Incoming, 'formToken'>;

/** Several tabs may be open at once. */
export function newConsentToken({ oauth2 }: StandInContext, { formToken = '' }: Session): string {
  const token = newId();
  oauth2.consentTokens.set(formToken, (oauth2.consentTokens.get(formToken) ?? new Set()).add(token));
  return token;
}

/** True once for each. */
export const takeConsentToken = (
  { oauth2 }: StandInContext,
  { formToken, query }: Session & Pick<Incoming, 'query'>,
): boolean => oauth2.consentTokens.get(formToken ?? '')?.delete(query.get('atl_token') ?? '') ?? false;
