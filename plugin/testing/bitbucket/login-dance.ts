/**
 * The servlet that walks a user's browser through the dance (applinks-oauth1.md 5.2): `authorize` begins it,
 * `access` is the callback. Errors are HTML pages with status 200, as the original's are. The callback's host is the
 * one that the browser used. A blank `oauth_token` on return begins a new dance, endlessly in the original; here the
 * loop is counted, and stopped so that a test ends.
 */
import type { Answer, Incoming } from './answer.js';
import { redirect } from './answer.js';
import { isAllowedRedirect } from './callback-check.js';
import type { StandInContext } from './context.js';
import { html, page } from './html.js';
import { oauthUrlsOf, threeLeggedIdentity, type OAuthUrls } from './oauth-urls.js';
import type { SigningIdentity } from '../sign-request.js';
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
  redirectUrl: string | undefined;
}

const errorPage = (title: string, refusal: Refusal): Answer =>
  page(
    title,
    html`<div class="error">
      <p>${refusal.message}</p>
      ${refusal.problem ? html`<p>Problem: <code id="oauth-problem">${refusal.problem}</code></p>` : ''}
      ${refusal.advice ? html`<p>Advice: <span id="oauth-advice">${refusal.advice}</span></p>` : ''}
    </div>`,
  );

const failure = (message: string): Refusal => ({ problem: undefined, advice: undefined, message });

function loadDance(context: StandInContext, incoming: Incoming, user: User): Dance | Refusal {
  const id = incoming.query.get('applicationLinkID');
  if (!id) return failure('The parameter applicationLinkID is missing.');
  const link = context.state.links.get(id);
  if (!link) return failure('There is no application link with this id.');
  const urls = oauthUrlsOf(link);
  const identity = threeLeggedIdentity(link, context.host);
  if (!urls || !identity) return failure(`Outgoing OAuth is not configured for the link to ${link.name}.`);
  return { link, user, urls, identity, redirectUrl: incoming.query.get('redirectUrl') ?? undefined };
}

function note(
  context: StandInContext,
  dance: Dance,
  outcome: DanceResult['outcome'],
  refusal: Refusal,
): void {
  context.state.dances.push({ linkId: dance.link.id, user: dance.user.name, outcome, ...refusal });
}

function fail(context: StandInContext, dance: Dance, refusal: Refusal): Answer {
  note(context, dance, 'failed', refusal);
  return errorPage('Authorisation failed', refusal);
}

async function begin(context: StandInContext, dance: Dance, base: string): Promise<Answer> {
  const parameters = new URLSearchParams({ applicationLinkID: dance.link.id });
  if (dance.redirectUrl !== undefined) parameters.set('redirectUrl', dance.redirectUrl);
  const own = `${base}${dancePath}/access?${parameters.toString()}`;
  const callback = context.faults.callback ?? own;
  const answer = await requestToken(context, {
    url: dance.urls.requestToken,
    identity: dance.identity,
    protocol: context.faults.skipCallback ? {} : { oauth_callback: callback },
  });
  if ('refused' in answer) return fail(context, dance, answer.refused);
  context.state.tokens.set(dance.link.id, dance.user.name, { kind: 'request', ...answer.granted });
  const query = new URLSearchParams({ oauth_token: answer.granted.token, oauth_callback: callback });
  // A plain question mark, whatever the configured URL holds already.
  return redirect(`${dance.urls.authorize}?${query.toString()}`);
}

async function restart(context: StandInContext, dance: Dance, base: string): Promise<Answer> {
  note(
    context,
    dance,
    'restarted',
    failure('The browser came back without oauth_token; a new dance begins.'),
  );
  const mine = context.state.dances.filter(
    ({ linkId, user }) => linkId === dance.link.id && user === dance.user.name,
  );
  const lastOther = mine.findLastIndex(({ outcome }) => outcome !== 'restarted');
  if (mine.length - 1 - lastOther <= maxRestarts) return begin(context, dance, base);
  return fail(context, dance, failure('The browser keeps coming back without oauth_token: an endless loop.'));
}

function finish(
  context: StandInContext,
  dance: Dance,
  base: string,
  outcome: DanceResult['outcome'],
): Answer {
  note(context, dance, outcome, failure(`${dance.user.name} is connected to ${dance.link.name}.`));
  const { redirectUrl } = dance;
  if (redirectUrl && isAllowedRedirect(redirectUrl, base, context.state.links.values()))
    return redirect(redirectUrl);
  return page(
    redirectUrl ? 'Authorised, but the way back was refused' : 'Authorised',
    html`<p id="authorised">${dance.user.name} may now use ${dance.link.name} from here.</p>
      ${redirectUrl ? html`<p class="error">This address is not one of ours: <code>${redirectUrl}</code></p>` : ''}
      <p><a href="${base}/">Back to the start page</a></p>`,
  );
}

async function comeBack(context: StandInContext, dance: Dance, incoming: Incoming): Promise<Answer> {
  const { link, user } = dance;
  const stored = context.state.tokens.get(link.id, user.name);
  if (stored?.kind === 'access') return finish(context, dance, incoming.base, 'already-connected');
  const returned = incoming.query.get('oauth_token');
  if (!returned?.trim()) return restart(context, dance, incoming.base);
  if (!stored) return fail(context, dance, failure('This user has not begun an authorisation.'));
  if (stored.token !== returned) {
    return fail(context, dance, failure('The returned oauth_token is not the one that was asked for.'));
  }
  const verifier = context.faults.verifier ?? incoming.query.get('oauth_verifier') ?? '';
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
    note(context, dance, 'denied', answer.refused);
    return errorPage('Access denied', {
      ...answer.refused,
      message: `You have not allowed access to ${link.name}.`,
    });
  }
  const { token, secret, sessionHandle } = answer.granted;
  const kept = context.renews ? sessionHandle : undefined;
  context.state.tokens.set(link.id, user.name, { kind: 'access', token, secret, sessionHandle: kept });
  return finish(context, dance, incoming.base, 'connected');
}

/** `user` is logged in at the stand-in; the router has seen to that. */
export async function loginDance(
  context: StandInContext,
  incoming: Incoming,
  user: User,
  step: 'authorize' | 'access',
): Promise<Answer> {
  const dance = loadDance(context, incoming, user);
  if ('message' in dance) return errorPage('Authorisation failed', dance);
  return step === 'authorize' ? begin(context, dance, incoming.base) : comeBack(context, dance, incoming);
}
