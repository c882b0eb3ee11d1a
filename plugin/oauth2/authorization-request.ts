/**
 * The checks of an authorization request that end in a redirect to the client (RFC 6749 section 4.1.1; oauth2.md part 6,
 * rows 1, 2 and 6). Client and redirect URI come before them and never end so.
 */
import { OAuth2Error } from '../oauth2-errors.js';
import { requireParameter, type RequestParameters } from './parameters.js';

/** @throws OAuth2Error `invalid_request`, `unsupported_response_type` */
export function requireCodeResponse(parameters: RequestParameters): void {
  if (requireParameter(parameters, 'response_type') === 'code') return;
  throw new OAuth2Error('unsupported_response_type', 'response_type must be code.');
}

/**
 * True for `prompt=none`: the answer may show no page. Values that are unknown, or that ask for what is done anyway, are
 * ignored; together with others `none` contradicts itself, which only a lenient check overlooks.
 * @throws OAuth2Error `invalid_request`
 */
export function mayShowNothing(parameters: RequestParameters, isLenient: boolean): boolean {
  const values = (parameters.get('prompt') ?? '').split(' ');
  if (!values.includes('none')) return false;
  if (values.length === 1) return true;
  if (isLenient) return false;
  throw new OAuth2Error('invalid_request', 'prompt=none cannot be combined with another value.');
}
