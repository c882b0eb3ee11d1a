/** Which redirect URLs an incoming link may have (oauth2.md 2.8); http for `localhost` only, unless a switch says more. */
import type { OAuth2ProviderSwitches } from './switches.js';

const maxLength = 450;

/** Undefined when it may, else a sentence that says why not. */
export function redirectProblem(redirect: string, switches: OAuth2ProviderSwitches): string | undefined {
  if (redirect.length > maxLength) return `A redirect URL has at most ${maxLength} characters.`;
  if (!URL.canParse(redirect)) return `${redirect} is no absolute URL.`;
  if (redirect.includes('#')) return `${redirect} has a fragment.`;
  const { protocol, hostname } = new URL(redirect);
  const isLocal = hostname === 'localhost';
  if (isLocal && switches.disallowLocalhostRedirect) return `${redirect} leads to localhost.`;
  const isHttpAllowed = isLocal || switches.skipRedirectUrlHttpsRequirement;
  return protocol === 'http:' && !isHttpAllowed ? `${redirect} is not https.` : undefined;
}
