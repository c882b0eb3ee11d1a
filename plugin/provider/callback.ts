/**
 * Where the browser goes after consent. It is bound when the request token is made, by a signed request, and never
 * taken from the authorize URL: that was J A6's open redirect, which hands a valid verifier to an attacker's host.
 */
import { OAuthProblem } from '../errors.js';
import { isCallbackUrl } from '../http/callback-url.js';
import type { Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import type { Consumer } from './consumer.js';

/**
 * The callback to bind, or null for `oob` (RFC 5849 section 2.1).
 * @throws OAuthProblem `parameter_absent`, `parameter_rejected` with an advice that quotes the value (J A2 row 11).
 */
export function requireCallback(
  message: Message,
  { link, credential }: Consumer,
  restrictToLink: boolean,
): string | null {
  const given = message.get('oauth_callback');
  const registered = credential.allowInsecureMissingCallback ? credential.callbackUrl : null;
  // Checked when it was registered, and again: SECURITY-2639 asks for both, whatever way it came into the store.
  if (given === undefined && registered !== null && isCallbackUrl(registered)) return registered;
  const callback = requireParameter(message, 'oauth_callback');
  if (callback === 'oob') return null;
  if (!isCallbackUrl(callback)) {
    throw rejected(
      callback,
      'must be oob or an absolute http or https URL with a host, without fragment or user info',
    );
  }
  const origins = [link.rpcUrl, link.displayUrl, credential.callbackUrl].flatMap((url) =>
    url ? [originOf(url)] : [],
  );
  if (restrictToLink && !origins.includes(originOf(callback))) {
    throw rejected(
      callback,
      `must be on one of the origins of this link (${origins.join(', ') || 'none is known'})`,
    );
  }
  return callback;
}

/** The callback with the outcome added; an existing query is kept as it is (RFC 5849 section 2.2). */
export function callbackWith(callback: string, token: string, verifier: string): string {
  const separator = callback.includes('?') ? '&' : '?';
  return `${callback}${separator}${new URLSearchParams({ oauth_token: token, oauth_verifier: verifier }).toString()}`;
}

export function originOf(url: string): string {
  return new URL(url).origin;
}

function rejected(value: string, rule: string): OAuthProblem {
  const quoted = JSON.stringify(value.slice(0, 200));
  return new OAuthProblem('parameter_rejected', {
    oauth_parameters_rejected: 'oauth_callback',
    oauth_problem_advice: `oauth_callback ${rule}; it was ${quoted}.`,
  });
}
