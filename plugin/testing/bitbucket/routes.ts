/** Every address of the stand-in with who may call it (see callers.ts); the first route that matches answers. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from './answer.js';
import { authorizeBuildServer, runOperation, showOperations } from './build-operations.js';
import type { StandInContext } from './context.js';
import { userPage, userRest } from './callers.js';
import { html, page } from './html.js';
import { beginDance, dancePath, endDance } from './login-dance.js';
import { logIn, loginForm, logOut } from './login-pages.js';
import { hostingRoutes } from './hosting-routes.js';
import { runBuild, startPage } from './pages.js';
import { identityRoutes } from './oauth2-provider/identity.js';
import { providerRoutes } from './provider/provider-routes.js';
import { answerFrom, on, type Route } from './route.js';
import type { Sessions } from './sessions.js';

const operations = '/rest/ui/latest/projects/([^/]+)/repos/([^/]+)/commits/([^/]+)/build-operations';

/** `linking`: the routes of the linking side. */
export function createRoutes(
  context: StandInContext,
  sessions: Sessions,
  linking: readonly Route[],
): readonly Route[] {
  const [forUser, forUserPage] = [userRest(context), userPage(context)];
  return [
    ...linking,
    ...providerRoutes(context),
    ...identityRoutes(context),
    ...hostingRoutes(context),
    on('GET', '/(?:dashboard)?', (incoming) => startPage(context, incoming)),
    on('GET', '/login', (incoming) => loginForm(incoming)),
    on('POST', '/login', (incoming) => logIn(context.state, sessions, incoming)),
    on('POST', '/logout', (incoming, headers) => logOut(sessions, incoming, headers)),
    on('POST', '/builds/run', forUserPage(runBuild)),

    on('GET', `${dancePath}/authorize`, forUserPage(beginDance)),
    on('GET', `${dancePath}/access`, forUserPage(endDance)),

    on('GET', operations, forUser(showOperations)),
    on('POST', operations, forUser(runOperation)),
    on('GET', '/rest/ui/latest/build-server/authorize', forUserPage(authorizeBuildServer)),
  ];
}

export async function route(
  routes: readonly Route[],
  incoming: Omit<Incoming, 'captures'>,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  const answer = await answerFrom(routes, incoming, headers);
  return answer ?? page('Not found', html`<p class="error">There is nothing at ${incoming.path}.</p>`, 404);
}
