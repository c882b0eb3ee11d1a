/**
 * What the user sees between the two authorization requests (oauth2.md 2.3 rows 4 to 7): asked every time, nothing is
 * remembered. A custom scheme ends here with 412 and an unknown client with 400, and no client hears of it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { askToLogIn } from '../login-pages.js';
import { productFacts } from '../provider/product-facts.js';
import type { Sessions } from '../sessions.js';
import type { User } from '../state.js';
import { carriedParameters } from './authorize.js';
import { newConsentToken, takeConsentToken } from './consent-token.js';
import { lacksHttps, noHttpsPage } from './https-rule.js';
import type { OAuth2Client } from './memory.js';
import { authorizePath, denyPath, switchAccountPath } from './paths.js';
import { backToClient, isRedirectable } from './redirect-answer.js';
import { scopeMeaning } from './scope-meaning.js';

const isWebUrl = (uri: string): boolean =>
  isRedirectable(uri) && ['http:', 'https:', 'ftp:'].includes(new URL(uri).protocol);

const refused = (status: number, reason: string): Answer =>
  page('This cannot be authorised', html`<p class="error" id="problem">${reason}</p>`, status);

const hiddenFields = (query: URLSearchParams): readonly Html[] =>
  carriedParameters(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );

/** Both buttons send what they were given, by GET; the link must not look like an answer, so it hides its `Referer`. */
function consentForm(context: StandInContext, incoming: Incoming, client: OAuth2Client, user: User): Answer {
  const { base, query } = incoming;
  const { product } = context.state;
  const again = new URLSearchParams(carriedParameters(query)).toString();
  return page(
    'Allow access?',
    html`<p>
        <strong id="client">${client.name}</strong> would like access to ${productFacts[product].name} as
        <strong id="user">${user.name}</strong>. It could:
      </p>
      <ul id="scopes">
        ${(query.get('scope') ?? '')
          .split(' ')
          .map((name) => html`<li><code>${name}</code>: ${scopeMeaning(product, name)}</li>`)}
      </ul>
      <form method="get" action="${base}${authorizePath}">
        ${hiddenFields(query)}
        <input type="hidden" name="atl_token" value="${newConsentToken(context, incoming)}" />
        <button>Allow</button> <button formaction="${base}${denyPath}">Deny</button>
      </form>
      <p>
        <a href="${base}${switchAccountPath}?${again}" rel="noreferrer">Not you? Log in as somebody else</a>
      </p>`,
  );
}

export function consentPage(context: StandInContext, incoming: Incoming): Answer {
  const { query, user } = incoming;
  if (!isWebUrl(query.get('redirect_uri') ?? '')) return refused(412, 'The redirect URI is no web address.');
  if (lacksHttps(context)) return noHttpsPage(context);
  if (!user) return askToLogIn(incoming);
  const client = context.oauth2.clients.get(query.get('client_id') ?? '');
  return client ? consentForm(context, incoming, client, user) : refused(400, 'There is no such client.');
}

/** What the original's page script does is not known (oauth2.md 8.2 row 7), so `denialError` decides. */
export function denyConsent(context: StandInContext, incoming: Incoming): Answer {
  const { query, base } = incoming;
  const { denialError } = context.oauth2.switches;
  const client = context.oauth2.clients.get(query.get('client_id') ?? '');
  if (!takeConsentToken(context, incoming)) return refused(400, 'This page was used before.');
  if (!client?.redirects.includes(query.get('redirect_uri') ?? '')) {
    return refused(400, 'The redirect URI is not registered.');
  }
  return denialError === undefined ? redirect(`${base}/`) : backToClient(query, [['error', denialError]]);
}

export const errorPage = (context: StandInContext, { query }: Incoming): Answer =>
  lacksHttps(context)
    ? noHttpsPage(context)
    : page(
        'Something is wrong with this request',
        html`<p class="error">
          <code id="error-name">${query.get('errorName') ?? ''}</code>
          <span id="error-description">${query.get('errorDescription') ?? ''}</span>
        </p>`,
      );

/** Ends the session and begins anew. */
export function switchAccount(sessions: Sessions, incoming: Incoming, headers: IncomingHttpHeaders): Answer {
  const query = new URLSearchParams(carriedParameters(incoming.query)).toString();
  const back = redirect(`${incoming.base}${authorizePath}?${query}`);
  return { ...back, headers: { ...back.headers, 'Set-Cookie': sessions.close(headers) } };
}
