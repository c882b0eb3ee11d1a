/** The client against an authorization server that nobody here wrote: oidc-provider, with its own login and consent. */
import { expect } from 'chai';
import Provider, { interactionPolicy } from 'oidc-provider';
import type { RequestListener } from 'node:http';
import type { Passage } from '../../../../../plugin/testing/index.js';
import { listen, type Listening } from '../../../../support/listen.js';
import { bitbucketStandIn, type BitbucketStandIn } from '../../../../../plugin/testing/index.js';

const logInAndConsent: Passage = async (page, browser) => {
  const loggedIn = await browser.submit(page, { fields: { login: 'ana', password: 'any' } });
  return browser.submit(loggedIn);
};

function createServer(issuer: string, redirectUri: string): RequestListener {
  const policy = interactionPolicy.base();
  // This server refuses prompts that it does not know, and has no page of its own for this one.
  const selectAccount = new interactionPolicy.Prompt({ name: 'select_account', requestable: true });
  selectAccount.checks.clear();
  policy.add(selectAccount);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'client-1',
        client_secret: 'secret-1',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'read write',
      },
    ],
    cookies: { keys: ['for this spec only'] },
    scopes: ['read', 'write'],
    interactions: { policy },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => false },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  });
  const answer = provider.callback();
  return (request, response) => void answer(request, response);
}

describe('O1 to O8 with an authorization server of other people', function () {
  this.timeout(20_000);
  let standIn: BitbucketStandIn;
  let server: Listening;
  let id: string;

  before(async () => {
    standIn = bitbucketStandIn({ hostname: 'localhost' });
    await standIn.start();
    // The server has to know the redirect URI, which depends on the server's own address.
    const servers: RequestListener[] = [];
    server = await listen((request, response) => servers[0]?.(request, response));
    const authorizationEndpoint = `${server.url}/auth`;
    servers.push(createServer(server.url, standIn.oauth2Client.redirectUri(authorizationEndpoint)));
    ({ id } = standIn.oauth2Client.create({
      name: 'oidc-provider',
      clientId: 'client-1',
      clientSecret: 'secret-1',
      authorizationEndpoint,
      tokenEndpoint: `${server.url}/token`,
      scopes: ['read', 'write'],
    }));
  });
  after(async () => {
    await standIn.stop();
    await server.close();
  });

  it('tests the connection', async () => {
    const tested = await standIn.oauth2Client.testConnection(id, { through: logInAndConsent });
    expect(tested.error, tested.page.text).to.equal(undefined);
    expect(tested.outcome).to.equal('success');
  });

  it('keeps a token and refreshes it at every use', async () => {
    const { token, page } = await standIn.oauth2Client.authorize(id, 'ana', logInAndConsent);
    expect(token, page.text).not.to.equal(undefined);
    const first = token?.refreshToken;
    const tokenId = token?.id ?? '';
    expect(await standIn.oauth2Client.useToken(tokenId)).to.deep.equal({ outcome: 'used' });
    expect(await standIn.oauth2Client.useToken(tokenId)).to.deep.equal({ outcome: 'used' });
    expect(standIn.oauth2Client.token(tokenId)?.refreshToken).to.be.a('string').and.not.to.equal(first);
  });

  it('shows what the server says of a wrong secret', async () => {
    standIn.oauth2Client.edit(id, { clientSecret: 'wrong' });
    const tested = await standIn.oauth2Client.testConnection(id, { through: logInAndConsent });
    expect(tested).to.include({ outcome: 'error', error: 'client authentication failed' });
    standIn.oauth2Client.edit(id, { clientSecret: 'secret-1' });
  });

  it('shows that the user said no', async () => {
    const abort: Passage = async (page, browser) => {
      const link = /href="([^"]*\/abort)"/.exec(page.text)?.[1] ?? '';
      return browser.get(new URL(link, page.url).href);
    };
    const tested = await standIn.oauth2Client.testConnection(id, { through: abort });
    expect(tested.outcome).to.equal('error');
    expect(tested.error).to.include('access_denied');
  });
});
