/** A client of OAuth 2.0 at the other end of a link: what its tokens are good for at the sample, and what they are not. */
import { expect } from 'chai';
import { bitbucketStandIn, type BitbucketStandIn, type Passage } from 'express-applinks/testing';
import { rememberSecret } from '../../support/secrets.js';
import { adminPassword, csrfTokenOf, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

describe('the CI server as a provider of OAuth 2.0', () => {
  const folder = temporaryFolder(async () => {
    await ci.close();
    await bitbucket.stop();
  });
  let ci: TestCi;
  let bitbucket: BitbucketStandIn;

  before(async () => {
    bitbucket = bitbucketStandIn({ contextPath: '/bitbucket' });
    await bitbucket.start();
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    await Promise.all([ci.as('developer'), ci.as('reader')]);
  });

  /** The outgoing link there, and what it is registered as here. */
  const link = async (name: string, scopes: string[]): Promise<string> => {
    const authorizationEndpoint = `${ci.baseUrl}/oauth2/authorize`;
    const { links } = ci.server.applinks;
    const { id } = (await links.create({ name, displayUrl: bitbucket.url })).link;
    const { client, secret } = await links.addClient(id, {
      type: 'atlassian',
      redirectUris: [{ uri: bitbucket.oauth2Client.redirectUri(authorizationEndpoint) }],
      scopes,
    });
    return bitbucket.oauth2Client.create({
      name,
      clientId: client.clientId,
      clientSecret: rememberSecret(secret ?? '', 'consumer secret'),
      authorizationEndpoint,
      tokenEndpoint: `${ci.baseUrl}/oauth2/token`,
      scopes,
    }).id;
  };
  /** Logs in on the way, and allows it. */
  const consentAs =
    (name: string): Passage =>
    async (page, browser) => {
      const consent = await submit(browser, page, '/login', { name, password: adminPassword });
      const form = consent.forms.findIndex(({ buttons }) => buttons.some((one) => one.name === 'authorize'));
      return browser.submit(consent, { form, button: 'authorize' });
    };
  const tokenOf = async (linkId: string, user: string, name: string): Promise<string> => {
    const { token, error } = await bitbucket.oauth2Client.authorize(linkId, user, consentAs(name));
    return rememberSecret(token?.accessToken ?? expect.fail(error), 'access token');
  };
  const call = (token: string, method: string, path: string, headers = {}): Promise<Response> =>
    fetch(path.startsWith('http') ? path : `${ci.baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, ...headers },
    });

  it('tells its metadata below the root of the host, and below its own path', async () => {
    const { origin } = new URL(ci.baseUrl);
    for (const url of [
      `${origin}/.well-known/oauth-authorization-server/ci`,
      `${ci.baseUrl}/.well-known/oauth-authorization-server`,
    ]) {
      const document = (await (await fetch(url)).json()) as Record<string, unknown>;
      expect(document).to.include({ issuer: ci.baseUrl, token_endpoint: `${ci.baseUrl}/oauth2/token` });
      expect(document.scopes_supported).to.deep.equal(['read', 'build']);
    }
  });

  it('goes through "Test connection" of the other side, with the login on the way', async () => {
    const id = await link('tested', ['build']);
    const tested = await bitbucket.oauth2Client.testConnection(id, { through: consentAs('developer') });
    expect(tested.error).to.equal(undefined);
    expect(tested.outcome).to.equal('success');
  });

  it('builds in the name of the user who allowed it, and says through which link', async () => {
    const token = await tokenOf(await link('Bitbucket', ['build']), 'ana', 'developer');
    const started = await call(token, 'POST', '/job/demo/build');
    expect(started.status).to.equal(201);
    const url = started.headers.get('location') ?? '';
    const build = await eventually(async () => {
      const json = (await (await call(token, 'GET', `${url}api/json`)).json()) as {
        result: string | null;
        actions: [{ causes: { shortDescription: string }[] }];
      };
      return json.result === null ? undefined : json;
    });
    expect(build.result).to.equal('SUCCESS');
    expect(build.actions[0].causes[0]?.shortDescription).to.equal('Started by developer from Bitbucket');
  });

  it('lets no token do more than its scopes, its user, or any link may', async () => {
    const readOnly = await tokenOf(await link('scoped', ['read']), 'ana', 'developer');
    expect((await call(readOnly, 'GET', '/job/demo/api/json')).status).to.equal(200);
    const lacking = await call(readOnly, 'POST', '/job/demo/build');
    expect(lacking.status).to.equal(403);
    expect(lacking.headers.get('www-authenticate')).to.match(/^Bearer .*insufficient_scope.*scope="build"/);

    const ofReader = await tokenOf(await link('reading', ['build']), 'ben', 'reader');
    const unable = await call(ofReader, 'POST', '/job/demo/build');
    expect([unable.status, unable.headers.get('www-authenticate')]).to.deep.equal([403, null]);

    const ofAdmin = await tokenOf(await link('administrator', ['read', 'build']), 'admin', 'admin');
    for (const path of ['/users', '/settings', '/job/demo/configure'])
      expect((await call(ofAdmin, 'GET', path)).status, path).to.equal(403);
    expect((await call(ofAdmin, 'POST', '/job/demo/delete')).status).to.equal(403);
  });

  it('lets an application in its own name, without a user, do nothing: roles are those of users', async () => {
    const { links } = ci.server.applinks;
    const { id } = (await links.create({ name: 'robot' })).link;
    const { client, secret } = await links.addClient(id, {
      ...{ redirectUris: [], scopes: ['build'], allowClientCredentials: true },
    });
    const answer = await fetch(`${ci.baseUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'client_credentials', scope: 'build' },
        ...{ client_id: client.clientId, client_secret: rememberSecret(secret ?? '', 'consumer secret') },
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    rememberSecret(token, 'access token');
    const admin = await ci.as('admin');
    const session = {
      Cookie: admin.cookies.header(new URL(ci.baseUrl)),
      Origin: new URL(ci.baseUrl).origin,
      'X-CSRF-Token': await csrfTokenOf(admin, ci.baseUrl),
    };
    for (const headers of [{}, session]) {
      const refused = await call(token, 'POST', '/job/demo/build', headers);
      expect(refused.status).to.equal(403);
      expect(refused.headers.get('www-authenticate')).to.match(/^Bearer .*a user has authorized/);
    }
  });

  it('takes a token from the header only, and a bad one never falls back on the session', async () => {
    const token = await tokenOf(await link('strict', ['build']), 'ana', 'developer');
    const admin = await ci.as('admin');
    const cookie = { Cookie: admin.cookies.header(new URL(ci.baseUrl)) };
    const send = (path: string, headers: Record<string, string>, body?: string): Promise<Response> =>
      fetch(`${ci.baseUrl}${path}`, {
        ...{ method: 'POST', redirect: 'manual', body: body ?? null },
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/x-www-form-urlencoded',
          ...headers,
        },
      });
    // No credentials that were verified: what looks like a token exempts from no check of the form.
    expect((await send(`/job/demo/build?access_token=${token}`, cookie)).status).to.equal(403);
    expect((await send('/job/demo/build', cookie, `access_token=${token}`)).status).to.equal(403);
    const dead = await send('/job/demo/build', { ...cookie, Authorization: 'Bearer nobody' });
    expect(dead.status).to.equal(401);
    expect(dead.headers.get('www-authenticate')).to.match(/^Bearer .*invalid_token/);
    const anonymous = await send('/job/demo/build', {});
    expect(anonymous.headers.get('www-authenticate')).to.match(/^OAuth realm="[^"]+", Bearer realm=/);
  });
});
