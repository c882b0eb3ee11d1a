/** The kit and a Bitbucket stand-in that are set up for OAuth 2.0 in one direction, as the guide ends; both on one clock. */
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { adminJson, type AdminJson } from './admin-json.js';
import { TestClock } from './clock.js';
import type { KitAppOptions } from './kit-app.js';
import { startPair, type Pair } from './linked-peer.js';
import { rememberSecret } from './secrets.js';

export interface OAuth2Pair extends Pair {
  clock: TestClock;
  linkId: string;
  ask: AdminJson;
}

/** The peer lets us in: we call it as client. */
export interface CallingPair extends OAuth2Pair {
  clientId: string;
  /** Path of the connection's JSON. */
  connection: string;
  guide: string;
  startUrl(returnTo?: string): string;
  /** A browser with a session at both: `user` here, `there` at the peer. */
  browser(user?: string, there?: string): Promise<MiniBrowser>;
  /** Goes the whole way. */
  connect(user?: string): Promise<Page>;
  call(user?: string): Promise<Response>;
  guideOf(user?: string): Promise<string>;
}

async function begin(options: KitAppOptions): Promise<Pair & { clock: TestClock; ask: AdminJson }> {
  const clock = new TestClock();
  const pair = await startPair(
    { mount: 'path', ...options, options: { clock: clock.now, ...options.options } },
    { clock: clock.now },
  );
  return { ...pair, clock, ask: await adminJson(pair.app) };
}

export async function startCallingPair(options: KitAppOptions = {}): Promise<CallingPair> {
  const pair = await begin(options);
  const { app, bitbucket, ask } = pair;
  const made = await ask('POST', '/oauth2-links', {
    preset: 'bitbucket',
    name: 'Bitbucket',
    url: bitbucket.url,
  });
  const { linkId, callbackUrl } = made.json.connection as { linkId: string; callbackUrl: string };
  const { clientId, clientSecret } = bitbucket.oauth2Provider.registerClient({
    name: 'Sample CI',
    redirects: [callbackUrl],
    scope: 'REPO_READ',
  });
  const connection = `/links/${linkId}/outgoing/oauth2`;
  rememberSecret(clientSecret, 'consumer secret');
  await ask('PUT', connection, { clientId, clientSecret, scopes: ['REPO_READ'] });
  const guide = `${app.baseUrl}/applinks/admin/links/${linkId}/oauth2`;
  const startUrl = (returnTo?: string): string => {
    const query = new URLSearchParams({ start: '1', ...(returnTo === undefined ? {} : { returnTo }) });
    return `${app.baseUrl}/applinks/connect/${linkId}?${query.toString()}`;
  };
  const browser = async (user = 'ana', there = 'ana'): Promise<MiniBrowser> => {
    const both = await bitbucket.as(there);
    await both.get(`${app.baseUrl}/login?user=${user}`);
    return both;
  };
  return {
    ...pair,
    ...{ linkId, clientId, connection, guide, startUrl, browser },
    connect: async (user) => {
      const both = await browser(user);
      return both.submit(await both.get(startUrl()));
    },
    call: (user = 'ana') =>
      app.applinks.client(linkId).as(`id-${user}`)('/rest/api/1.0/application-properties'),
    guideOf: async (user = 'admin') => {
      const page = await (await browser(user)).get(guide);
      return page.text.replace(/<[^>]+>|\s+/g, ' ').replace(/ +/g, ' ');
    },
  };
}

/** We let the peer in: it calls us as client. */
export interface LettingPair extends OAuth2Pair {
  /** Of our client. */
  clientUuid: string;
  secret: string;
  /** Of the stand-in's outgoing link. */
  configId: string;
  /** Logs in here and decides. */
  passage(button?: string, user?: string): (page: Page, browser: MiniBrowser) => Promise<Page>;
  /** Who we say is calling. */
  whois(accessToken: string): Promise<string>;
}

export async function startLettingPair(options: KitAppOptions = {}): Promise<LettingPair> {
  const pair = await begin(options);
  const { app, bitbucket, ask } = pair;
  const { oauth2Client } = bitbucket;
  const { id: linkId } = (await app.applinks.links.create({ name: 'Bitbucket' })).link;
  const authorizationEndpoint = `${app.baseUrl}/oauth2/authorize`;
  const uri = oauth2Client.redirectUri(authorizationEndpoint);
  const redirectUris = [{ uri, isPlaceholder: false }];
  const made = await ask('POST', `/links/${linkId}/clients`, {
    type: 'atlassian',
    redirectUris,
    scopes: ['build'],
  });
  const { client, secrets } = made.json as {
    client: { id: string; clientId: string };
    secrets: Record<string, string>;
  };
  const secret = rememberSecret(secrets[client.id] ?? '', 'consumer secret');
  const { id: configId } = oauth2Client.create({
    name: 'Sample CI',
    clientId: client.clientId,
    clientSecret: secret,
    authorizationEndpoint,
    tokenEndpoint: `${app.baseUrl}/oauth2/token`,
    scopes: ['build'],
  });
  return {
    ...pair,
    ...{ linkId, clientUuid: client.id, secret, configId },
    passage:
      (button = 'authorize', user = 'ana') =>
      async (page, browser) =>
        browser.submit(await browser.get(`${page.url}&user=${user}`), { button }),
    whois: async (accessToken) => {
      const authorization = `Bearer ${rememberSecret(accessToken, 'access token')}`;
      return (await fetch(`${app.baseUrl}/whois`, { headers: { authorization } })).text();
    },
  };
}
