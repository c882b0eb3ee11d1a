/**
 * A stand-in for Atlassian Cloud as an OAuth 2.0 (3LO) server (oauth2.md 4.1, C1, C2), for tests: the authorization
 * server, the API and each site listen on a port of loopback of their own, as they have hosts of their own outside.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrowser, type MiniBrowser } from '../browser/mini-browser.js';
import { createFaults, type Faults } from '../bitbucket/faults.js';
import { createFaultyAnswers } from '../bitbucket/faulty-answers.js';
import { defaultUsers } from '../bitbucket/default-users.js';
import type { ReceivedRequest } from '../bitbucket/received.js';
import { route } from '../bitbucket/routes.js';
import { close, createStandInServer, listen, type ServerOptions } from '../bitbucket/server.js';
import { createSessions } from '../bitbucket/sessions.js';
import { createState, type User } from '../bitbucket/state.js';
import { siteAnswer } from './api.js';
import type { CloudApp, CloudContext, Site } from './context.js';
import { createGrants, type CloudGrant } from './grants.js';
import { apiRoutes, authRoutes } from './routes.js';
import { defaultSwitches, type CloudSwitches } from './switches.js';

export interface CloudStandInOptions {
  /** The same by default as of the Bitbucket stand-in. */
  users?: readonly User[];
  /** 127.0.0.1 (default) or localhost. */
  hostname?: string;
  /** Names of all sites there are; users may use the first one until switches.sites says otherwise. */
  sites?: readonly string[];
  /** Milliseconds since 1970. */
  clock?: () => number;
}

export interface CloudStandIn {
  /** In place of `https://auth.atlassian.com`; without a slash at the end, as all of them. Known after start(). */
  readonly authUrl: string;
  /** In place of `https://api.atlassian.com`. */
  readonly apiUrl: string;
  /** Each in place of `https://{name}.atlassian.net`. */
  readonly sites: readonly Site[];
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly users: readonly User[];
  /** As in the developer console; `offline_access` is no permission and need not be named. */
  registerApp(app: Pick<CloudApp, 'name' | 'callbackUrls' | 'scopes'>): CloudApp;
  readonly switches: CloudSwitches;
  readonly faults: Pick<Faults, 'answer' | 'clearAnswers'>;
  /** Everything that any of the servers was asked, in order, without passwords and cookies. */
  readonly received: readonly ReceivedRequest[];
  /** Grants whose code was redeemed and that no user has revoked. */
  grants(): readonly CloudGrant[];
  /** As the user does among the connected apps. */
  revoke(user: string, clientId: string): void;
  /** A browser with this user's session at the authorization server. */
  as(user: string): Promise<MiniBrowser>;
}

/** Not the Bitbucket stand-in's: a browser shares cookies between the ports of one host. */
const cookieName = 'CLOUDSESSIONID';

export function cloudStandIn(options: CloudStandInOptions = {}): CloudStandIn {
  const { hostname = '127.0.0.1', clock = Date.now } = options;
  // Copied: what a test does to one must not be met again in another stand-in.
  const users = options.users ?? defaultUsers.map((user) => ({ ...user }));
  const names = options.sites ?? ['acme', 'beta', 'gamma'];
  const state = createState(users);
  const sessions = createSessions(state, cookieName);
  const faultyAnswers = createFaultyAnswers();
  const received: ReceivedRequest[] = [];
  const switches = defaultSwitches(names.slice(0, 1));
  const urls = new Map<string, string>();
  const started = (name: string): string => {
    const url = urls.get(name);
    if (url === undefined) throw new Error('The stand-in is not running: call start() first.');
    return url;
  };
  const siteIds = new Map(names.map((name) => [name, randomUUID()]));
  const sites = (): Site[] => [...siteIds].map(([name, id]) => ({ id, name, url: started(`site ${name}`) }));
  const grants = createGrants(clock, switches);
  const context: CloudContext = { state, switches, apps: new Map(), sites, grants };

  const serve = (answer: ServerOptions['answer']): Server =>
    createStandInServer({
      isUpload: () => false,
      ...{ state, sessions, contextPath: '', faults: faultyAnswers, received, now: clock },
      answer,
    });
  const [auth, api] = [authRoutes(context, sessions), apiRoutes(context)];
  const servers = new Map([
    ['auth', serve((incoming, headers) => route(auth, incoming, headers))],
    ['api', serve((incoming, headers) => route(api, incoming, headers))],
    ...names.map((name) => [`site ${name}`, serve(() => Promise.resolve(siteAnswer()))] as const),
  ]);

  return {
    get authUrl() {
      return started('auth');
    },
    get apiUrl() {
      return started('api');
    },
    get sites() {
      return sites();
    },
    start: async () => {
      for (const [name, server] of servers) {
        await listen(server, 0, '127.0.0.1');
        urls.set(name, `http://${hostname}:${(server.address() as AddressInfo).port}`);
      }
    },
    stop: async () => {
      await Promise.all([...servers.values()].map(close));
    },
    users,
    registerApp: (app) => {
      const secrets = {
        clientId: randomBytes(24).toString('base64url'),
        clientSecret: randomBytes(48).toString('base64url'),
      };
      const registered = { ...app, ...secrets };
      context.apps.set(registered.clientId, registered);
      return registered;
    },
    switches,
    faults: createFaults(faultyAnswers),
    received,
    grants: () => grants.all(),
    revoke: (user, clientId) => grants.revoke(user, clientId),
    as: async (name) => {
      const user = state.users.get(name);
      if (!user) throw new Error(`The stand-in has no user ${name}.`);
      const browser = createBrowser();
      await browser.post(`${started('auth')}/login`, { j_username: user.name, j_password: user.password });
      return browser;
    },
  };
}
