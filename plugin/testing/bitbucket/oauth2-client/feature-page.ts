/**
 * A feature as it might use an outgoing link (oauth2.md 1.4, 1.7), since the original has none yet: any user lets it
 * act for them there, and it keeps the token. What cannot be stored is lost here, where the test was green.
 */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { Handler } from '../callers.js';
import { html, page, type Html } from '../html.js';
import { askToLogIn } from '../login-pages.js';
import { forgeryPage, formTokenField, hasFormToken } from '../provider/form-token.js';
import type { User } from '../state.js';
import { noSuchLink } from './admin-page.js';
import { beginFlow } from './begin-flow.js';
import type { ClientConfig } from './client-config.js';
import { storeToken } from './store-token.js';
import type { OAuth2ClientContext } from './context.js';

export const featurePath = '/plugins/servlet/oauth2/feature';

interface Visit {
  incoming: Incoming;
  user: User;
  config: ClientConfig;
}
type FeaturePage = (context: OAuth2ClientContext, visit: Visit) => Answer;

/** For any user; the first capture is the id of the link. */
export const forFeature =
  (context: OAuth2ClientContext, handle: FeaturePage): Handler =>
  (incoming) => {
    const { user, method, captures } = incoming;
    if (!user) return askToLogIn(incoming);
    if (method !== 'GET' && !hasFormToken(incoming)) return forgeryPage();
    const config = context.configs.get(captures[0] ?? '');
    return config ? handle(context, { incoming, user, config }) : noSuchLink();
  };

function show(context: OAuth2ClientContext, { incoming, user, config }: Visit, message: Html | ''): Answer {
  const own = [...context.clientTokens.values()].filter(
    (token) => token.configId === config.id && token.user === user.name,
  );
  return page(
    config.name,
    html`${message}
      <ul>
        ${own.map(({ status, statusSinceMs }) => html`<li>${status} since ${new Date(statusSinceMs).toISOString()}</li>`)}
      </ul>
      <form method="post" action="${incoming.base}${featurePath}/${config.id}">
        ${formTokenField(incoming)}<button>Authorise</button>
      </form>`,
  );
}

export const featurePage: FeaturePage = (context, visit) => show(context, visit, '');

export const submitAuthorise: FeaturePage = (context, visit) => {
  const { incoming, config } = visit;
  const callbackUrl = `${incoming.base}${featurePath}/${config.id}/back`;
  const begun = beginFlow(context, incoming.formToken ?? '', config, { callbackUrl, purpose: 'feature' });
  return typeof begun === 'string'
    ? show(context, visit, html`<p class="error" id="problem">${begun}</p>`)
    : redirect(begun.initFlowUrl);
};

/** The second capture is the id of the flow. */
export const finishAuthorise: FeaturePage = (context, visit) => {
  const { incoming, config, user } = visit;
  const result = context.flows.takeResult(incoming.formToken, incoming.captures[1] ?? '');
  if (!result) return show(context, visit, '');
  const stored = result.granted
    ? storeToken(context, { configId: config.id, user: user.name }, result.granted)
    : (result.error ?? '');
  return typeof stored === 'string'
    ? show(context, visit, html`<p class="error">Not authorised. <span id="problem">${stored}</span></p>`)
    : show(context, visit, html`<p>Authorised. The token is <code id="token-id">${stored.id}</code>.</p>`);
};
