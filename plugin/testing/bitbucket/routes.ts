/** Every address of the stand-in with who may call it; the first route that matches answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { statusEntity, type Answer, type Incoming } from './answer.js';
import { authorizeBuildServer, runOperation, showOperations } from './build-operations.js';
import { listConsumers, putConsumer } from './consumer-rest.js';
import type { StandInContext } from './context.js';
import { html, page } from './html.js';
import { createLink, deleteLink, listLinks, listProviders, putProvider, showLink } from './link-rest.js';
import { linksPage, linksPath, submitLink } from './link-form.js';
import { dancePath, loginDance } from './login-dance.js';
import { askToLogIn, logIn, loginForm, logOut } from './login-pages.js';
import { runBuild, startPage } from './pages.js';
import type { Sessions } from './sessions.js';
import type { State, User } from './state.js';

type Handler = (incoming: Incoming, headers: IncomingHttpHeaders) => Answer | Promise<Answer>;

interface Route {
  method: string;
  /** Matched against the whole path below the context path. */
  pattern: RegExp;
  handle: Handler;
}

const on = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new RegExp(`^${path}$`),
  handle,
});

/** Administrators only, by HTTP Basic or session; anybody else gets 401 (applinks-oauth1.md 2.1). */
const forAdmin =
  (state: State, handle: (state: State, incoming: Incoming) => Answer): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    if (user?.admin) return handle(state, incoming);
    return statusEntity(401, 'You are not authorised: log in as an administrator.');
  };

/** Pages: whoever is not logged in is asked to. */
const forBrowser =
  (handle: (incoming: Incoming, user: User) => Answer | Promise<Answer>): Handler =>
  (incoming) =>
    incoming.user ? handle(incoming, incoming.user) : askToLogIn(incoming);

const forAdminBrowser = (handle: (incoming: Incoming) => Answer): Handler =>
  forBrowser((incoming, user) =>
    user.admin
      ? handle(incoming)
      : page('Not allowed', html`<p class="error">Only administrators may do this.</p>`, 403),
  );

/** REST for any user, by session or HTTP Basic. */
const forUser =
  (handle: (incoming: Incoming, user: User) => Answer | Promise<Answer>): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    return user ? handle(incoming, user) : statusEntity(401, 'Log in first.');
  };

const newer = '/rest/applinks/(2\\.0|3\\.0|latest)/applicationlink';
const applinks = '/rest/applinks/(1\\.0|2\\.0|3\\.0|latest)/applicationlink';
const oauth = '/rest/applinks-oauth/(1\\.0|latest)/applicationlink/([^/]+)/authentication/consumer';
const operations = '/rest/ui/latest/projects/([^/]+)/repos/([^/]+)/commits/([^/]+)/build-operations';

export function createRoutes(context: StandInContext, sessions: Sessions): readonly Route[] {
  const { state } = context;
  return [
    on('GET', '/', (incoming) => startPage(context, incoming)),
    on('GET', '/dashboard', (incoming) => startPage(context, incoming)),
    on('GET', '/login', (incoming) => loginForm(incoming)),
    on('POST', '/login', (incoming) => logIn(state, sessions, incoming)),
    on('POST', '/logout', (incoming, headers) => logOut(sessions, incoming, headers)),
    on(
      'POST',
      '/builds/run',
      forBrowser((incoming, user) => runBuild(context, incoming, user)),
    ),
    on(
      'GET',
      linksPath,
      forAdminBrowser((incoming) => linksPage(state, incoming)),
    ),
    on(
      'POST',
      linksPath,
      forAdminBrowser((incoming) => submitLink(state, incoming)),
    ),

    on(
      'GET',
      `${dancePath}/authorize`,
      forBrowser((incoming, user) => loginDance(context, incoming, user, 'authorize')),
    ),
    on(
      'GET',
      `${dancePath}/access`,
      forBrowser((incoming, user) => loginDance(context, incoming, user, 'access')),
    ),

    on('GET', applinks, forAdmin(state, listLinks)),
    on('PUT', newer, forAdmin(state, createLink)),
    on('GET', `${applinks}/([^/]+)`, forAdmin(state, showLink)),
    on('DELETE', `${applinks}/([^/]+)`, forAdmin(state, deleteLink)),
    on('GET', `${newer}/([^/]+)/authentication/provider`, forAdmin(state, listProviders)),
    on('PUT', `${newer}/([^/]+)/authentication/provider`, forAdmin(state, putProvider)),
    on('GET', oauth, forAdmin(state, listConsumers)),
    on('PUT', oauth, forAdmin(state, putConsumer)),

    on(
      'GET',
      operations,
      forUser((incoming, user) => showOperations(context, incoming, user)),
    ),
    on(
      'POST',
      operations,
      forUser((incoming, user) => runOperation(context, incoming, user)),
    ),
    on(
      'GET',
      '/rest/ui/latest/build-server/authorize',
      forBrowser((incoming) => authorizeBuildServer(context, incoming)),
    ),
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
