/** Every address of the cloud (oauth2.md 4.1): of the authorization server, and of the API. */
import { loginForm, logIn, logOut } from '../bitbucket/login-pages.js';
import { on, type Route } from '../bitbucket/route.js';
import type { Sessions } from '../bitbucket/sessions.js';
import { accessibleResources, forGrant, inJira, nothingThere, showAccount, showMyself } from './api.js';
import { authorize, decide } from './consent-pages.js';
import type { CloudContext } from './context.js';
import { token } from './token-endpoint.js';

const jira = '/ex/jira/([^/]+)';

export const authRoutes = (context: CloudContext, sessions: Sessions): readonly Route[] => [
  on('GET', '/login', (incoming) => loginForm(incoming)),
  on('POST', '/login', (incoming) => logIn(context.state, sessions, incoming)),
  on('POST', '/logout', (incoming, headers) => logOut(sessions, incoming, headers)),
  on('GET', '/authorize', (incoming) => authorize(context, incoming)),
  on('POST', '/authorize', (incoming) => decide(context, incoming)),
  on('POST', '/oauth/token', (incoming, headers) => token(context, incoming, headers)),
];

export const apiRoutes = (context: CloudContext): readonly Route[] => [
  on('GET', '/oauth/token/accessible-resources', forGrant(context, accessibleResources)),
  on('GET', '/me', forGrant(context, showAccount)),
  on('GET', `${jira}/rest/api/(?:2|3)/myself`, forGrant(context, inJira(showMyself))),
  ...['GET', 'POST', 'PUT', 'DELETE'].map((method) =>
    on(method, `${jira}/.*`, forGrant(context, inJira(nothingThere))),
  ),
];
