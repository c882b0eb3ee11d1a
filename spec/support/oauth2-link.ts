/** The kit with a link by OAuth 2.0 to a small provider, as an administrator sets it up. */
import { createBrowser, type MiniBrowser, type Page } from 'express-applinks/testing';
import { adminJson, type AdminJson } from './admin-json.js';
import { TestClock } from './clock.js';
import { startKitApp, type KitApp, type KitAppOptions } from './kit-app.js';
import { startOAuth2Provider, type OAuth2Provider } from './oauth2-provider.js';

export interface OAuth2Link {
  app: KitApp;
  provider: OAuth2Provider;
  clock: TestClock;
  linkId: string;
  /** Path of the connection's JSON. */
  path: string;
  ask: AdminJson;
  /** Of our page that begins, and goes on at once. */
  startUrl(query?: string): string;
  browser(user?: string): Promise<MiniBrowser>;
  connect(user?: string): Promise<Page>;
  /** The callback as the provider sends it, not opened yet. */
  callback(user?: string, query?: string): Promise<[MiniBrowser, string]>;
  close(): Promise<void>;
}

export interface OAuth2LinkOptions extends KitAppOptions {
  preset?: string;
  scopes?: string[];
  connection?: object;
}

/** A browser in which `user` is logged in at the kit. */
export async function loggedIn(baseUrl: string, user: string, redirects = 20): Promise<MiniBrowser> {
  const browser = createBrowser({ redirects });
  await browser.get(`${baseUrl}/login?user=${user}`);
  return browser;
}

export async function startOAuth2Link({
  preset = 'bitbucket',
  scopes = ['REPO_READ'],
  connection = {},
  ...options
}: OAuth2LinkOptions = {}): Promise<OAuth2Link> {
  const clock = new TestClock();
  const app = await startKitApp({ ...options, options: { clock: clock.now, ...options.options } });
  const provider = await startOAuth2Provider();
  const ask = await adminJson(app);
  const made = await ask('POST', '/oauth2-links', { preset, name: 'The peer', url: provider.url });
  const { linkId } = made.json.connection as { linkId: string };
  const path = `/links/${linkId}/outgoing/oauth2`;
  const { clientId, clientSecret } = provider;
  const saved = await ask('PUT', path, { clientId, clientSecret, scopes, ...connection });
  if (saved.status !== 200) throw new Error(`not saved: ${saved.text}`);
  const startUrl = (query = ''): string => `${app.baseUrl}/applinks/connect/${linkId}?start=1${query}`;
  return {
    app,
    provider,
    clock,
    linkId,
    path,
    ask,
    startUrl,
    browser: (user = 'ana') => loggedIn(app.baseUrl, user),
    connect: async (user = 'ana') => (await loggedIn(app.baseUrl, user)).get(startUrl()),
    callback: async (user = 'ana', query = '') => {
      const still = await loggedIn(app.baseUrl, user, 0);
      const toProvider = await still.get(startUrl(query));
      const back = await still.get(toProvider.header('location') ?? 'not redirected');
      return [still, back.header('location') ?? 'not sent back'];
    },
    close: async () => {
      await app.close();
      await provider.close();
    },
  };
}

export const rejection = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
