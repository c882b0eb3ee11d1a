/** Every address of the stand-in with who may call it; the first route that matches answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { statusEntity, type Answer, type Incoming } from './answer.js';
import { authorizeBuildServer, runOperation, showOperations } from './build-operations.js';
import { listConsumers, putConsumer } from './consumer-rest.js';
import type { StandInContext } from './context.js';
import { html, page } from './html.js';
import { createLink, deleteLink, listLinks, listProviders, putProvider, showLink } from './link-rest.js';
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

/** REST for any user, by session or HTTP Basic. */
const forUser =
  (handle: (incoming: Incoming, user: User) => Answer | Promise<Answer>): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    return user ? handle(incoming, user) : statusEntity(401, 'Log in first.');
  };

const applinks = '/rest/applinks/(1\\.0|2\\.0|3\\.0|latest)/applicationlink';
const oauth = '/rest/applinks-oauth/(1\\.0|latest)/applicationlink/([^/]+)/authentication/consumer';
const operations = '/rest/ui/latest/projects/([^/]+)/repos/([^/]+)/commits/([^/]+)/build-operations';
const whole = (source: string): RegExp => new RegExp(`^${source}$`);

export function createRoutes(context: StandInContext, sessions: Sessions): readonly Route[] {
  const { state } = context;
  return [
    { method: 'GET', pattern: whole('/'), handle: (incoming) => startPage(context, incoming) },
    { method: 'GET', pattern: whole('/dashboard'), handle: (incoming) => startPage(context, incoming) },
    { method: 'GET', pattern: whole('/login'), handle: (incoming) => loginForm(incoming) },
    { method: 'POST', pattern: whole('/login'), handle: (incoming) => logIn(state, sessions, incoming) },
    {
      method: 'GET',
      pattern: whole('/logout'),
      handle: (incoming, headers) => logOut(sessions, incoming, headers),
    },
    {
      method: 'POST',
      pattern: whole('/builds/run'),
      handle: forBrowser((incoming, user) => runBuild(context, incoming, user)),
    },
    {
      method: 'GET',
      pattern: whole(`${dancePath}/authorize`),
      handle: forBrowser((incoming, user) => loginDance(context, incoming, user, 'authorize')),
    },
    {
      method: 'GET',
      pattern: whole(`${dancePath}/access`),
      handle: forBrowser((incoming, user) => loginDance(context, incoming, user, 'access')),
    },
    { method: 'GET', pattern: whole(applinks), handle: forAdmin(state, listLinks) },
    { method: 'PUT', pattern: whole(applinks), handle: forAdmin(state, createLink) },
    { method: 'GET', pattern: whole(`${applinks}/([^/]+)`), handle: forAdmin(state, showLink) },
    { method: 'DELETE', pattern: whole(`${applinks}/([^/]+)`), handle: forAdmin(state, deleteLink) },
    {
      method: 'GET',
      pattern: whole(`${applinks}/([^/]+)/authentication/provider`),
      handle: forAdmin(state, listProviders),
    },
    {
      method: 'PUT',
      pattern: whole(`${applinks}/([^/]+)/authentication/provider`),
      handle: forAdmin(state, putProvider),
    },
    { method: 'GET', pattern: whole(oauth), handle: forAdmin(state, listConsumers) },
    { method: 'PUT', pattern: whole(oauth), handle: forAdmin(state, putConsumer) },
    {
      method: 'GET',
      pattern: whole(operations),
      handle: forUser((incoming, user) => showOperations(context, incoming, user)),
    },
    {
      method: 'POST',
      pattern: whole(operations),
      handle: forUser((incoming, user) => runOperation(context, incoming, user)),
    },
    {
      method: 'GET',
      pattern: whole('/rest/ui/latest/build-server/authorize'),
      handle: forBrowser((incoming) => authorizeBuildServer(context, incoming)),
    },
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
