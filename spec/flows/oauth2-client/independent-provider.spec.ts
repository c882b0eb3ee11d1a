/** Our client against a provider that nobody here wrote, with its strictest settings: oidc-provider. */
import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { CredentialsRequired } from 'express-applinks';
import type { Page } from 'express-applinks/testing';
import Provider from 'oidc-provider';
import { adminJson, type AdminJson } from '../../support/admin-json.js';
import { minuteMs, TestClock } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { listen, type Listening } from '../../support/listen.js';
import { loggedIn, rejection } from '../../support/oauth2-link.js';
import { rememberSecret } from '../../support/secrets.js';

const clientSecret = rememberSecret('a secret: with + and % and &', 'consumer secret');

function createProvider(issuer: string, redirectUri: string): RequestListener {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'client:1',
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    cookies: { keys: ['for this spec only'] },
    clientAuthMethods: ['client_secret_basic'],
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  });
  const answer = provider.callback();
  return (request, response) => void answer(request, response);
}

describe('OAuth 2.0 client of oidc-provider', () => {
  const clock = new TestClock();
  let app: KitApp;
  let server: Listening;
  let linkId: string;
  let ask: AdminJson;

  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
    ask = await adminJson(app);
    // The server has to know the redirect URI, which depends on the link to the server.
    const servers: RequestListener[] = [];
    server = await listen((request, response) => servers[0]?.(request, response));
    const { link } = await app.applinks.links.create({ name: 'Server', rpcUrl: server.url });
    linkId = link.id;
    servers.push(createProvider(server.url, `${app.baseUrl}/applinks/callback/oauth2/${linkId}`));
  });
  after(async () => {
    await app.close();
    await server.close();
  });

  const connect = async (login = 'carla'): Promise<Page> => {
    const browser = await loggedIn(app.baseUrl, 'ana');
    const page = await browser.get(`${app.baseUrl}/applinks/connect/${linkId}?start=1`);
    const consent = await browser.submit(page, { fields: { login, password: 'any' } });
    return browser.submit(consent);
  };
  const whoIs = async (): Promise<unknown> => (await app.applinks.client(linkId).as('id-ana')('/me')).json();

  it('finds its endpoints, its way to authenticate and its iss', async () => {
    const saved = await ask('PUT', `/links/${linkId}/outgoing/oauth2`, {
      ...{ preset: 'custom', clientId: 'client:1', clientSecret, scopes: ['openid'] },
    });
    expect(saved.status, saved.text).to.equal(200);
    expect(saved.json.connection).to.include({
      state: 'ready',
      issuer: server.url,
      authorizeUrl: `${server.url}/auth`,
      tokenAuthentication: 'client_secret_basic',
      revokeUrl: `${server.url}/token/revocation`,
    });
  });

  it('connects with PKCE and iss, and calls', async () => {
    const page = await connect();
    expect(page.text).to.include('Your account is connected');
    expect(await whoIs()).to.deep.equal({ sub: 'carla' });
  });

  it('renews with rotation, again and again', async () => {
    for (let round = 0; round < 3; round += 1) {
      clock.advance(60 * minuteMs);
      expect(await whoIs()).to.deep.equal({ sub: 'carla' });
    }
  });

  it('passes the test of the link', async () => {
    const status = await app.applinks.client(linkId).status(app.host.findUser('id-ana')!);
    expect(status, JSON.stringify(status)).to.include({ type: 'WORKING', working: true });
  });

  it('is disconnected at both ends', async () => {
    expect(await app.applinks.accounts.disconnect({ userId: 'id-ana' })).to.equal(1);
    expect(await rejection(whoIs())).to.be.instanceOf(CredentialsRequired);
  });
});
