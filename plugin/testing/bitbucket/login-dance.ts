/**
 * The servlet that walks a user's browser through the dance (applinks-oauth1.md 5.2): `authorize` begins it,
 * `access` is the callback, whose host is the one that the browser used. A blank `oauth_token` on return begins a new
 * dance, endlessly in the original; here the loop is counted, and stopped so that a test ends.
 */
import type { SigningIdentity } from '../sign-request.js';
import { redirect, type Answer, type Incoming } from './answer.js';
import { isAllowedRedirect } from './callback-check.js';
import type { StandInContext } from './context.js';
import { donePage, errorPage } from './dance-pages.js';
import { oauthUrlsOf, threeLeggedIdentity, type OAuthUrls } from './oauth-urls.js';
import type { DanceResult, Link, User } from './state.js';
import { requestToken, type Refusal } from './token-requests.js';

export const dancePath = '/plugins/servlet/applinks/oauth/login-dance';

/** More restarts than this in a row are a loop. */
const maxRestarts = 5;

interface Dance {
  link: Link;
  user: User;
  urls: OAuthUrls;
  identity: SigningIdentity;
  /** This server as the browser sees it. */
  base: string;
  redirectUrl: string | undefined;
}

const plain = (message: string): Refusal => ({ problem: undefined, advice: undefined, message });

function loadDance(context: StandInContext, { query, base }: Incoming, user: User): Dance | Refusal {
  const id = query.get('applicationLinkID');
  if (!id) return plain('The parameter applicationLinkID is missing.');
  const link = context.state.links.get(id);
  if (!link) return plain('There is no application link with this id.');
  const urls = oauthUrlsOf(link);
  const identity = threeLeggedIdentity(link, context.host);
  if (!urls || !identity) return plain(`Outgoing OAuth is not configured for the link to ${link.name}.`);
  return { link, user, urls, identity, base, redirectUrl: query.get('redirectUrl') ?? undefined };
}

function note(context: StandInContext, dance: Dance, outcome: DanceResult['outcome'], said: Refusal): void {
  context.state.dances.push({ linkId: dance.link.id, user: dance.user.name, outcome, ...said });
}

function fail(context: StandInContext, dance: Dance, refusal: Refusal): Answer {
  note(context, dance, 'failed', refusal);
  return errorPage('Authorisation failed', refusal);
}

async function begin(context: StandInContext, dance: Dance): Promise<Answer> {
  const { link, user, urls, identity, redirectUrl } = dance;
  const parameters = new URLSearchParams({ applicationLinkID: link.id });
  if (redirectUrl !== undefined) parameters.set('redirectUrl', redirectUrl);
  const callback = context.faults.callback ?? `${dance.base}${dancePath}/access?${parameters.toString()}`;
  const protocol: Record<string, string> = context.faults.skipCallback ? {} : { oauth_callback: callback };
  const answer = await requestToken(context, { url: urls.requestToken, identity, protocol });
  if ('refused' in answer) return fail(context, dance, answer.refused);
  context.state.tokens.set(link.id, user.name, { kind: 'request', ...answer.granted });
  const query = new URLSearchParams({ oauth_token: answer.granted.token, oauth_callback: callback });
  // A plain question mark, whatever the configured URL holds already.
  return redirect(`${urls.authorize}?${query.toString()}`);
}

function restart(context: StandInContext, dance: Dance): Answer | Promise<Answer> {
  note(context, dance, 'restarted', plain('The browser came back without oauth_token; a new dance begins.'));
  const mine = context.state.dances.filter(
    ({ linkId, user }) => linkId === dance.link.id && user === dance.user.name,
  );
  const lastOther = mine.findLastIndex(({ outcome }) => outcome !== 'restarted');
  if (mine.length - 1 - lastOther <= maxRestarts) return begin(context, dance);
  return fail(context, dance, plain('The browser keeps coming back without oauth_token: an endless loop.'));
}

function finish(context: StandInContext, dance: Dance, outcome: DanceResult['outcome']): Answer {
  const { link, user, base, redirectUrl } = dance;
  const message = `${user.name} may now use ${link.name} from here.`;
  note(context, dance, outcome, plain(message));
  const mayGoBack = redirectUrl && isAllowedRedirect(redirectUrl, base, context.state.links.values());
  return mayGoBack ? redirect(redirectUrl) : donePage(message, base, redirectUrl);
}

async function swap(
  context: StandInContext,
  dance: Dance,
  stored: { token: string; secret: string },
  verifier: string,
): Promise<Answer> {
  const { link, user } = dance;
  const answer = await requestToken(context, {
    url: dance.urls.accessToken,
    identity: dance.identity,
    token: stored.token,
    tokenSecret: stored.secret,
    protocol: verifier.trim() ? { oauth_verifier: verifier } : {},
  });
  if ('refused' in answer) {
    context.state.tokens.delete(link.id, user.name);
    if (answer.refused.problem !== 'permission_denied') return fail(context, dance, answer.refused);
    const denied = { ...answer.refused, message: `You have not allowed access to ${link.name}.` };
    note(context, dance, 'denied', denied);
    return errorPage('Access denied', denied);
  }
  const { token, secret, sessionHandle } = answer.granted;
  const kept = context.renews ? sessionHandle : undefined;
  context.state.tokens.set(link.id, user.name, { kind: 'access', token, secret, sessionHandle: kept });
  return finish(context, dance, 'connected');
}

/** `user` is logged in at the stand-in. */
export async function beginDance(context: StandInContext, incoming: Incoming, user: User): Promise<Answer> {
  const dance = loadDance(context, incoming, user);
  return 'message' in dance ? errorPage('Authorisation failed', dance) : begin(context, dance);
}

/** The callback: the same user has to come back with the token that was asked for. */
export async function endDance(context: StandInContext, incoming: Incoming, user: User): Promise<Answer> {
  const dance = loadDance(context, incoming, user);
  if ('message' in dance) return errorPage('Authorisation failed', dance);
  const stored = context.state.tokens.get(dance.link.id, user.name);
  if (stored?.kind === 'access') return finish(context, dance, 'already-connected');
  const returned = incoming.query.get('oauth_token');
  if (!returned?.trim()) return restart(context, dance);
  if (!stored) return fail(context, dance, plain('This user has not begun an authorisation.'));
  if (stored.token !== returned) {
    return fail(context, dance, plain('The returned oauth_token is not the one that was asked for.'));
  }
  const verifier = context.faults.verifier ?? incoming.query.get('oauth_verifier') ?? '';
  return swap(context, dance, stored, verifier);
}
