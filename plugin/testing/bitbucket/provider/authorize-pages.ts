/**
 * Consent (applinks-oauth1.md 6.4): the token is checked before the login, and the browser goes back to the callback
 * that was signed with the request token, never to one of the address, unless the token is of OAuth 1.0.
 */
import { encodeParameters, type Parameter } from '../../base-string.js';
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page } from '../html.js';
import { isExpired, randomAlphanumerics, type IssuedToken } from '../issued-token.js';
import { askToLogIn } from '../login-pages.js';
import type { IncomingConsumer, User } from '../state.js';
import { forgeryPage, formTokenField, hasFormToken } from './form-token.js';
import { challengeOf, OAuthRefusal, parameterAbsent, statusOf } from './oauth-refusal.js';
import { isCallback } from './request-token.js';

interface Asked {
  token: IssuedToken;
  consumer: IncomingConsumer;
  /** `oauth_callback` of this very request; matters for OAuth 1.0 only. */
  callback: string | undefined;
}

function load(context: StandInContext, fields: URLSearchParams): Asked {
  const value = fields.get('oauth_token');
  if (value === null) throw parameterAbsent('oauth_token');
  const token = context.state.issued.get(value);
  if (token?.kind !== 'request') throw new OAuthRefusal('token_rejected');
  if (token.decision !== 'undecided') throw new OAuthRefusal('token_used');
  if (isExpired(token, context.now())) throw new OAuthRefusal('token_expired');
  const consumer = context.state.consumers.get(token.consumerKey);
  if (!consumer) throw new OAuthRefusal('consumer_key_unknown');
  return { token, consumer, callback: fields.get('oauth_callback') ?? undefined };
}

function refusalPage(refusal: OAuthRefusal, realm: string): Answer {
  const content = html`<p class="error">Problem: <code id="oauth-problem">${refusal.problem}</code></p>`;
  const answer = page('This cannot be authorised', content, statusOf(refusal.problem));
  const header = { 'WWW-Authenticate': challengeOf(refusal, realm) };
  return { ...answer, headers: { ...answer.headers, ...header } };
}

function consentPage({ token, consumer, callback }: Asked, incoming: Incoming, user: User): Answer {
  const carried =
    callback === undefined ? '' : html`<input type="hidden" name="oauth_callback" value="${callback}" />`;
  return page(
    'Allow access?',
    html`<p>
        <strong id="consumer">${consumer.name}</strong> would like to read and write what
        <strong id="user">${user.name}</strong> may.
      </p>
      <p>${consumer.description ?? ''}</p>
      <form method="post" action="${incoming.base}${incoming.path}">
        <input type="hidden" name="oauth_token" value="${token.value}" />
        ${carried} ${formTokenField(incoming)}
        <button name="approve" value="Allow">Allow</button>
        <button name="deny" value="Deny">Deny</button>
      </form>
      <p><a href="${incoming.base}${tokenPagePath}">What you have allowed so far</a></p>`,
  );
}

export const tokenPagePath = '/plugins/servlet/oauth/users/access-tokens';

function withParameters(callback: string, parameters: readonly Parameter[]): string {
  const [address = '', fragment] = callback.split('#', 2);
  const joined = `${address}${address.includes('?') ? '&' : '?'}${encodeParameters(parameters)}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

function decidedPage({ token, consumer }: Asked): Answer {
  const { decision, verifier, version } = token;
  if (decision === 'denied') {
    return page('Access denied', html`<p id="decision">You did not let ${consumer.name} in.</p>`);
  }
  return page(
    'Access approved',
    html`<p id="decision">You let ${consumer.name} in.</p>
      ${version === '1.0a' ? html`<p>Its code: <code id="oauth-verifier">${verifier ?? ''}</code></p>` : ''}`,
  );
}

function sendBack(asked: Asked): Answer {
  const { token, consumer } = asked;
  const own = token.version === '1.0a' ? token.callback : asked.callback;
  const callback = own ?? consumer.callback;
  if (callback === undefined || !isCallback(callback)) return decidedPage(asked);
  const verifier = token.decision === 'denied' ? 'denied' : (token.verifier ?? '');
  return redirect(
    withParameters(callback, [
      ['oauth_token', token.value],
      ...(token.version === '1.0a' ? [['oauth_verifier', verifier] as const] : []),
    ]),
  );
}

function decide(context: StandInContext, asked: Asked, user: User, isAllowed: boolean): Answer {
  const token: IssuedToken = {
    ...asked.token,
    decision: isAllowed ? 'allowed' : 'denied',
    user: user.name,
    verifier: isAllowed ? randomAlphanumerics(6) : undefined,
  };
  context.state.issued.set(token.value, token);
  return sendBack({ ...asked, token });
}

/** GET and POST. */
export function authorize(context: StandInContext, incoming: Incoming): Answer {
  const posted = new URLSearchParams(incoming.method === 'POST' ? incoming.body : '');
  try {
    const asked = load(context, posted.has('oauth_token') ? posted : incoming.query);
    const { user } = incoming;
    if (!user) return askToLogIn(incoming);
    if (incoming.method === 'POST' && !hasFormToken(incoming)) return forgeryPage();
    if (posted.has('approve')) return decide(context, asked, user, true);
    if (posted.has('deny')) return decide(context, asked, user, false);
    return consentPage(asked, incoming, user);
  } catch (error) {
    if (error instanceof OAuthRefusal) return refusalPage(error, context.baseUrl());
    throw error;
  }
}
