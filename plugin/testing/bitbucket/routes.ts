/** Every address of the stand-in with who may call it (see callers.ts); the first route that matches answers. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from './answer.js';
import { authorizeBuildServer, runOperation, showOperations } from './build-operations.js';
import { listConsumers, putConsumer } from './consumer-rest.js';
import type { StandInContext } from './context.js';
import { html, page } from './html.js';
import { createLink, deleteLink, listLinks, listProviders, putProvider, showLink } from './link-rest.js';
import { linksPage, linksPath, submitLink } from './link-form.js';
import { beginDance, dancePath, endDance } from './login-dance.js';
import { logIn, loginForm, logOut } from './login-pages.js';
import { runBuild, startPage } from './pages.js';
import { providerRoutes } from './provider/provider-routes.js';
import { on, type Route } from './route.js';
import type { Sessions } from './sessions.js';
import { adminPage, adminRest, userPage, userRest } from './callers.js';

const newerLinks = '/rest/applinks/(2\\.0|3\\.0|latest)/applicationlink';
const links = '/rest/applinks/(1\\.0|2\\.0|3\\.0|latest)/applicationlink';
const consumer = '/rest/applinks-oauth/(1\\.0|latest)/applicationlink/([^/]+)/authentication/consumer';
const operations = '/rest/ui/latest/projects/([^/]+)/repos/([^/]+)/commits/([^/]+)/build-operations';

export function createRoutes(context: StandInContext, sessions: Sessions): readonly Route[] {
  const [forAdmin, forAdminPage] = [adminRest(context), adminPage(context)];
  const [forUser, forUserPage] = [userRest(context), userPage(context)];
  return [
    ...providerRoutes(context),
    on('GET', '/(?:dashboard)?', (incoming) => startPage(context, incoming)),
    on('GET', '/login', (incoming) => loginForm(incoming)),
    on('POST', '/login', (incoming) => logIn(context.state, sessions, incoming)),
    on('POST', '/logout', (incoming, headers) => logOut(sessions, incoming, headers)),
    on('POST', '/builds/run', forUserPage(runBuild)),
    on('GET', linksPath, forAdminPage(linksPage)),
    on('POST', linksPath, forAdminPage(submitLink)),

    on('GET', `${dancePath}/authorize`, forUserPage(beginDance)),
    on('GET', `${dancePath}/access`, forUserPage(endDance)),

    on('GET', links, forAdmin(listLinks)),
    on('PUT', newerLinks, forAdmin(createLink)),
    on('GET', `${links}/([^/]+)`, forAdmin(showLink)),
    on('DELETE', `${links}/([^/]+)`, forAdmin(deleteLink)),
    on('GET', `${newerLinks}/([^/]+)/authentication/provider`, forAdmin(listProviders)),
    on('PUT', `${newerLinks}/([^/]+)/authentication/provider`, forAdmin(putProvider)),
    on('GET', consumer, forAdmin(listConsumers)),
    on('PUT', consumer, forAdmin(putConsumer)),

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
  for (const { method, pattern, handle } of routes) {
    const match = method === incoming.method ? pattern.exec(incoming.path) : null;
    if (match) return handle({ ...incoming, captures: match.slice(1) }, headers);
  }
  return page('Not found', html`<p class="error">There is nothing at ${incoming.path}.</p>`, 404);
}
