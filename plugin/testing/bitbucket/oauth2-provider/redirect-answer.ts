/**
 * Redirects of the authorization request (oauth2.md 2.3): always 303 and never stored. What the client gave is appended
 * to as it is, so that its own query survives to the letter.
 */
import { encodeParameters, type Parameter } from '../../base-string.js';
import type { Answer } from '../answer.js';
import { errorPath } from './paths.js';
import { descriptionOf, uncached, type OAuth2Refusal } from './oauth2-refusal.js';
import type { StandInContext } from '../context.js';

export const seeOther = (location: string): Answer => ({
  status: 303,
  headers: { Location: location, ...uncached },
  body: '',
});

/** Absolute, and nothing in it that would not survive a header. */
export const isRedirectable = (uri: string): boolean => /^[\x21-\x7e]+$/.test(uri) && URL.canParse(uri);

export function withQuery(uri: string, parameters: readonly Parameter[]): string {
  const [address = '', ...fragment] = uri.split('#');
  const joined = `${address}${address.includes('?') ? '&' : '?'}${encodeParameters(parameters)}`;
  return [joined, ...fragment].join('#');
}

/** Appends `state` when there is one. */
export function backToClient(query: URLSearchParams, parameters: readonly Parameter[]): Answer {
  const state = query.get('state');
  const all = state ? [...parameters, ['state', state] as const] : parameters;
  return seeOther(withQuery(query.get('redirect_uri') ?? '', all));
}

export const refusalToClient = (
  context: StandInContext,
  query: URLSearchParams,
  refusal: OAuth2Refusal,
): Answer =>
  backToClient(query, [
    ['error', refusal.error],
    ['error_description', descriptionOf(context, refusal)],
  ]);

export const toErrorPage = (context: StandInContext, base: string, refusal: OAuth2Refusal): Answer =>
  seeOther(
    withQuery(base + errorPath, [
      ['errorName', refusal.error],
      ['errorDescription', descriptionOf(context, refusal)],
    ]),
  );
