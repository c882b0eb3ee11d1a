import { expect } from 'chai';
import { createBrowser } from '../../../../../plugin/testing/index.js';
import { json, locationOf, oauth2App, refusal, type OAuth2App } from './oauth2-app.js';

describe('D12: the Data Center stand-in as it is met in the field (oauth2.md 8.1)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App({ contextPath: '/bitbucket' });
  });
  afterEach(() => app.stop());

  it('context path /bitbucket: the whole flow lives below it', async () => {
    for (const url of Object.values(app.provider.endpoints())) {
      expect(new URL(url).pathname).to.match(/^\/bitbucket\/rest\/oauth2\/latest\//);
    }
    const browser = createBrowser();
    const login = await browser.get(app.authorizeUrl());
    expect(login.visited.map((url) => new URL(url).pathname)).to.deep.equal([
      '/bitbucket/rest/oauth2/latest/authorize',
      '/bitbucket/plugins/servlet/oauth2/consent',
      '/bitbucket/login',
    ]);
    const { accessToken } = await app.connect();
    expect((await app.call('/', { token: accessToken })).header('X-AUSERNAME')).to.equal('ana');
  });

  it('works under both of its names, localhost included', async () => {
    const [own, other] = app.standIn.urls;
    const browser = createBrowser();
    const login = await browser.get(app.authorizeUrl().replace(own, other));
    expect(new URL(login.url).origin).to.equal(new URL(other).origin);
    const fields = { j_username: 'ana', j_password: 'ana' };
    const page = await browser.submit(login, { fields });
    expect(page.textOf('user')).to.equal('ana');
    const stopping = createBrowser({ redirects: 0 });
    const answer = await stopping.post(login.forms[0]!.action, fields);
    expect(answer.header('location')).to.match(new RegExp(`^${other}`));
    const consent = await stopping.get(answer.header('location')!);
    expect(locationOf(await stopping.submit(consent)).searchParams.has('code')).to.equal(true);
  });

  it('localised error texts hold letters outside of ASCII, in JSON and in redirects', async () => {
    app.provider.switches.locale = 'fr';
    const { error_description, error } = json(
      await app.exchange(await app.code(), { client_secret: 'wrong' }),
    );
    expect(error).to.equal('invalid_client');
    expect(error_description).to.match(/[^\x20-\x7e]/);
    const page = await createBrowser({ redirects: 0 }).get(app.authorizeUrl({ scope: 'SYSTEM_ADMIN' }));
    expect(locationOf(page).searchParams.get('error')).to.equal('invalid_scope');
    expect(locationOf(page).searchParams.get('error_description')).to.match(/[^\x20-\x7e]/);
  });

  it('429 with Retry-After, once', async () => {
    const { refreshToken } = await app.connect();
    app.provider.failTokenRequests('rate-limited', { once: true });
    const answer = await app.refresh(refreshToken);
    expect(answer.status).to.equal(429);
    expect(answer.header('Retry-After')).to.match(/^\d+$/);
    expect((await app.refresh(refreshToken)).status, 'it was not looked at').to.equal(200);
  });

  it('a slow answer comes in the end', async () => {
    const { refreshToken } = await app.connect();
    app.provider.failTokenRequests('slow', { once: true });
    const startedAt = performance.now();
    expect((await app.refresh(refreshToken)).status).to.equal(200);
    expect(performance.now() - startedAt).to.be.greaterThan(1900);
  });

  it('truncated JSON, after the token was rotated', async () => {
    const { refreshToken } = await app.connect();
    app.provider.failTokenRequests('truncated', { once: true });
    const answer = await app.refresh(refreshToken);
    expect(answer.status).to.equal(200);
    expect(() => json(answer)).to.throw(SyntaxError);
    expect(refusal(await app.refresh(refreshToken)).error).to.equal('invalid_grant');
  });

  for (const [fault, status] of [
    ['proxy-page', 200],
    ['server-error', 502],
  ] as const) {
    it(`HTML from a proxy with ${status}`, async () => {
      const { refreshToken } = await app.connect();
      const undo = app.provider.failTokenRequests(fault);
      const answer = await app.refresh(refreshToken);
      expect(answer.status).to.equal(status);
      expect(answer.header('Content-Type')).to.match(/^text\/html/);
      undo();
      expect((await app.refresh(refreshToken)).status).to.equal(200);
    });
  }

  it('302 from the token endpoint', async () => {
    app.provider.failTokenRequests('redirect', { once: true });
    const answer = await app.refresh('x');
    expect(answer.status).to.equal(302);
    expect(answer.header('Location')).to.include('/login');
  });

  it('a cut connection after the exchange', async () => {
    const code = await app.code();
    app.provider.failTokenRequests('dropped', { once: true });
    expect(await app.exchange(code).catch(() => 'dropped')).to.equal('dropped');
    expect(app.provider.tokens()).to.have.lengthOf(1);
    expect(refusal(await app.exchange(code)).error).to.equal('invalid_grant');
  });

  it('tells what it was asked, without the secret', async () => {
    const code = await app.code();
    await app.exchange(code);
    const [request] = app.provider.requests('token');
    const body = new URLSearchParams(request!.body);
    expect(body.get('grant_type')).to.equal('authorization_code');
    expect(body.get('code')).to.equal(code);
    expect(body.get('client_secret')).to.equal('***');
    expect(app.provider.requests('authorize')).to.have.lengthOf(2);
    expect(app.provider.requests('revoke')).to.be.empty;
  });
});
