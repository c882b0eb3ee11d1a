/** Renewal by session handle: a switch for playing OTHER consumers. Bitbucket never does this (applinks-oauth1.md 5.2). */
import type { StandInContext } from './context.js';
import { oauthUrlsOf, threeLeggedIdentity } from './oauth-urls.js';
import type { Link } from './state.js';
import { requestToken, type Refusal } from './token-requests.js';

/** Replaces the stored token. Undefined when it worked. Throws when there is nothing to renew. */
export async function renewToken(
  context: StandInContext,
  link: Link,
  user: string,
): Promise<Refusal | undefined> {
  const stored = context.state.tokens.get(link.id, user);
  const urls = oauthUrlsOf(link);
  const identity = threeLeggedIdentity(link, context.host);
  if (stored?.kind !== 'access' || stored.sessionHandle === undefined || !urls || !identity) {
    throw new Error(`${user} has no renewable token; was the stand-in made with renews: true?`);
  }
  const answer = await requestToken(context, {
    url: urls.accessToken,
    identity,
    token: stored.token,
    tokenSecret: stored.secret,
    protocol: { oauth_session_handle: stored.sessionHandle },
  });
  if ('refused' in answer) return answer.refused;
  context.state.tokens.set(link.id, user, { kind: 'access', ...answer.granted });
  return undefined;
}
