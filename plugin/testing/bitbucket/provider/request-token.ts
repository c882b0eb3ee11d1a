/** The checks and the answer of the request-token endpoint (applinks-oauth1.md 6.2). */
import type { StandInContext } from '../context.js';
import { randomAlphanumerics } from '../issued-token.js';
import { OAuthRefusal } from './oauth-refusal.js';
import type { SignedMessage } from './signed-message.js';
import { required, validateMessage } from './validate-message.js';

/** What Java's URI refuses and a URL of the web does not. */
const illegalInJava = /[\s"<>\\^`{|}]/;

/** Absolute, with a scheme that is exactly http or https. Where a browser may be sent, too. */
export const isCallback = (uri: string): boolean =>
  /^https?:/.test(uri) && !illegalInJava.test(uri) && URL.canParse(uri);

function requireCallback(callback: string | undefined): void {
  if (callback === undefined || callback === 'oob' || isCallback(callback)) return;
  throw new OAuthRefusal('parameter_rejected', {
    oauth_parameters_rejected: 'oauth_callback',
    oauth_problem_advice: `The callback must be "oob" or an absolute http or https URI, but is "${callback}".`,
  });
}

export function grantRequestToken(
  context: StandInContext,
  message: SignedMessage,
): Readonly<Record<string, string>> {
  const consumer = context.state.consumers.get(required(message, 'oauth_consumer_key'));
  if (!consumer) throw new OAuthRefusal('consumer_key_unknown');
  if (!consumer.threeLegged) throw new OAuthRefusal('permission_denied');
  const callback = message.get('oauth_callback');
  requireCallback(callback);
  validateMessage(context, message, consumer);
  const value = randomAlphanumerics(32);
  const secret = randomAlphanumerics(32);
  const version = callback === undefined ? '1.0' : '1.0a';
  context.state.issued.set(value, {
    kind: 'request',
    value,
    secret,
    consumerKey: consumer.key,
    version,
    callback: callback === 'oob' ? undefined : callback,
    decision: 'undecided',
    user: undefined,
    verifier: undefined,
    createdAtMs: context.now(),
    session: undefined,
  });
  return {
    oauth_token: value,
    oauth_token_secret: secret,
    ...(version === '1.0a' && { oauth_callback_confirmed: 'true' }),
  };
}
