/**
 * Login and consent at the cloud (oauth2.md 4.1). The consent is asked every time; its form repeats the request, which
 * is checked anew when it is sent, so that nothing in it can be changed on the way.
 */
import type { Answer, Incoming } from '../bitbucket/answer.js';
import { html, page } from '../bitbucket/html.js';
import { askToLogIn } from '../bitbucket/login-pages.js';
import { forgeryPage, formTokenField, hasFormToken } from '../bitbucket/provider/form-token.js';
import type { User } from '../bitbucket/state.js';
import { answerClient, readAuthorizeRequest, type AuthorizeRequest } from './authorize-request.js';
import { visibleSites, type CloudContext } from './context.js';

function consentForm(context: CloudContext, incoming: Incoming, user: User, asked: AuthorizeRequest): Answer {
  const action = `${incoming.base}/authorize?${incoming.query.toString()}`;
  const sites = visibleSites(context);
  return page(
    'Authorise',
    html`<p><strong>${asked.app.name}</strong> asks for access to your account, ${user.name}:</p>
      <ul>
        ${asked.scopes.map((scope) => html`<li>${scope}</li>`)}
      </ul>
      <form method="post" action="${action}">
        ${formTokenField(incoming)}
        <label
          >Use the app on
          <select name="site">
            ${sites.map(({ name, url }) => html`<option value="${name}">${name} (${url})</option>`)}
          </select></label
        >
        <button name="decision" value="accept">Accept</button>
        <button name="decision" value="cancel">Cancel</button>
      </form>`,
  );
}

export function authorize(context: CloudContext, incoming: Incoming): Answer {
  const asked = readAuthorizeRequest(context, incoming.query);
  if ('status' in asked) return asked;
  return incoming.user ? consentForm(context, incoming, incoming.user, asked) : askToLogIn(incoming);
}

export function decide(context: CloudContext, incoming: Incoming): Answer {
  const asked = readAuthorizeRequest(context, incoming.query);
  if ('status' in asked) return asked;
  if (!incoming.user || !hasFormToken(incoming)) return forgeryPage();
  const fields = new URLSearchParams(incoming.body);
  const denied = (error_description: string): Answer =>
    answerClient(asked, { error: 'access_denied', error_description });
  if (fields.get('decision') !== 'accept') return denied('User did not authorize the request');
  const sites = visibleSites(context);
  if (sites.length === 0) return denied('The user has access to no site');
  const chosen = sites.find(({ name }) => name === fields.get('site')) ?? sites[0];
  const { app, scopes, redirectUri } = asked;
  const siteName = context.switches.grantsOneSite ? chosen?.name : undefined;
  const grant = { clientId: app.clientId, user: incoming.user.name, scopes, siteName };
  return answerClient(asked, { code: context.grants.newCode(grant, redirectUri) });
}
