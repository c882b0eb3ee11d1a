/** The answer of the authorization endpoint and its consent page, rows 12 to 15 of oauth2.md part 6, and 1.3. */
import { expect } from 'chai';
import { createBrowser } from 'express-applinks/testing';
import { TestClock } from '../../support/clock.js';
import { browserOf, locationOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { answerOf, redirectUri, registerClient } from '../../support/oauth2-client.js';

describe('oauth2.md part 6, the consent page', () => {
  const clock = new TestClock();
  let app: KitApp;
  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
  });
  after(() => app.close());

  it('row 12: names us as the issuer in every answer', async () => {
    const client = await registerClient(app);
    expect((await client.decide('ana')).get('iss')).to.equal(app.baseUrl);
    expect((await client.decide('ana', {}, 'cancel')).get('iss')).to.equal(app.baseUrl);
  });

  describe('row 13', () => {
    it('goes on with 303, from a page that tells nobody its address and stays in no cache', async () => {
      const client = await registerClient(app);
      const [browser, page] = await client.openConsent('ana');
      const back = await browser.submit(page, { button: 'authorize' });
      expect(back.status).to.equal(303);
      for (const answer of [page, back]) {
        expect(answer.header('referrer-policy')).to.equal('no-referrer');
        expect(answer.header('cache-control')).to.equal('no-store');
      }
      expect(page.header('content-security-policy')).to.include("default-src 'none'");
    });

    it('holds for its error pages too', async () => {
      const client = await registerClient(app);
      const page = await createBrowser().get(client.authorizeUrl({ client_id: 'unknown' }));
      expect(page.header('referrer-policy')).to.equal('no-referrer');
      expect(page.header('cache-control')).to.equal('no-store');
    });
  });

  describe('row 14', () => {
    it('is framed by nobody, and its form may lead to the redirect URI', async () => {
      const client = await registerClient(app);
      const [, page] = await client.openConsent('ana');
      const policy = page.header('content-security-policy');
      expect(policy).to.include("frame-ancestors 'none'");
      expect(policy).to.include("form-action 'self' https://peer.example.test;");
      expect(page.header('x-frame-options')).to.equal('DENY');
    });

    it('has a form that works for this user, browser, request and client only', async () => {
      const client = await registerClient(app);
      const other = await registerClient(app);
      const [browser, page] = await client.openConsent('ana', { state: 'one' });
      const [, otherRequest] = await client.openConsent('ana', { state: 'two' });
      const [, otherUser] = await client.openConsent('rob', { state: 'one' });
      const [, otherClient] = await other.openConsent('ana', { state: 'one' });
      const tokenOf = (from: typeof page): string => new Map(from.forms[0]!.fields).get('csrf_token') ?? '';
      for (const foreign of [otherRequest, otherUser, otherClient].map(tokenOf)) {
        const refused = await browser.submit(page, { button: 'authorize', fields: { csrf_token: foreign } });
        expect([refused.status, refused.header('location')]).to.deep.equal([403, undefined]);
      }
      const request = new Map(otherRequest.forms[0]!.fields).get('request') ?? '';
      expect((await browser.submit(page, { button: 'authorize', fields: { request } })).status).to.equal(403);
      expect((await browser.submit(page, { button: 'authorize' })).status).to.equal(303);
    });

    it('takes no form of another site, and none without a token', async () => {
      const client = await registerClient(app);
      const [browser, page] = await client.openConsent('ana');
      const fields = { ...Object.fromEntries(page.forms[0]!.fields), authorize: '1' };
      const cookie = browser.cookies.header(new URL(app.baseUrl));
      const send = async (headers: Record<string, string>, body = new URLSearchParams(fields)) => {
        const answer = await fetch(`${app.baseUrl}/oauth2/authorize`, {
          ...{ method: 'POST', redirect: 'manual', body, headers: { cookie, ...headers } },
        });
        return answer.status;
      };
      expect(await send({ 'sec-fetch-site': 'cross-site' })).to.equal(403);
      expect(await send({ origin: 'https://evil.example.test' })).to.equal(403);
      const withoutToken = new URLSearchParams({ ...fields, csrf_token: '' });
      expect(await send({ 'sec-fetch-site': 'same-origin' }, withoutToken)).to.equal(403);
      expect(await send({ 'sec-fetch-site': 'same-origin' })).to.equal(303);
    });

    it('takes no form of a user who has logged out meanwhile', async () => {
      const client = await registerClient(app);
      const [browser, page] = await client.openConsent('ana');
      app.host.sessions.clear();
      expect((await browser.submit(page, { button: 'authorize' })).status).to.equal(401);
    });

    it('does not grant more than it showed', async () => {
      const client = await registerClient(app, { scopes: ['build', 'later'] });
      const [browser, page] = await client.openConsent('ana');
      await client.change((stored) => ({ ...stored, scopes: ['later'] }));
      const back = answerOf(await browser.submit(page, { button: 'authorize' }));
      expect(back.get('error')).to.equal('invalid_scope');
    });
  });

  describe('row 15', () => {
    it('asks each time, with the names of client, user, scopes and destination as text', async () => {
      const client = await registerClient(app, { name: '<b>Bit</b> & Co' });
      await client.tokens();
      const [, page] = await client.openConsent('ana');
      expect(page.text).to.include('&lt;b&gt;Bit&lt;/b&gt; &amp; Co').and.not.to.include('<b>Bit');
      for (const shown of ['ana A', 'Start and stop builds', 'peer.example.test', client.client.clientId])
        expect(page.text).to.include(shown);
    });

    it('sends an anonymous user to log in, and back to the same request', async () => {
      const client = await registerClient(app);
      const browser = createBrowser({ redirects: 0 });
      const login = new URL(
        locationOf(await browser.get(client.authorizeUrl({ state: 'a+b c' }))),
        app.baseUrl,
      );
      const loggedIn = await browser.get(`${login.href}&user=ana`);
      const page = await browser.get(new URL(locationOf(loggedIn), app.baseUrl).href);
      const answer = answerOf(await browser.submit(page, { button: 'authorize' }));
      expect([answer.get('state'), answer.get('code')?.length]).to.deep.equal(['a+b c', 43]);
    });

    it('needs one choice', async () => {
      const client = await registerClient(app);
      const [browser, page] = await client.openConsent('ana');
      const both = await browser.submit(page, { button: 'authorize', fields: { cancel: '1' } });
      expect(both.status).to.equal(400);
    });
  });

  describe('1.3: an Atlassian client waits 180 s', () => {
    const warning = /data-reveal-after="(\d+)"( hidden)?/;

    it('says so, and warns in time', async () => {
      const client = await registerClient(app, { type: 'atlassian' });
      const [, page] = await client.openConsent('ana');
      expect(page.text).to.include('waits three minutes');
      expect(warning.exec(page.text)?.slice(1)).to.deep.equal(['170000', ' hidden']);
    });

    it('counts the login, and warns without a script when it is too late', async () => {
      const client = await registerClient(app, { type: 'atlassian' });
      const browser = createBrowser({ redirects: 0 });
      const login = new URL(locationOf(await browser.get(client.authorizeUrl())), app.baseUrl);
      const back = new URL(locationOf(await browser.get(`${login.href}&user=ana`)), app.baseUrl).href;
      clock.advance(100_000);
      const [, left = 0] = warning.exec((await browser.get(back)).text) ?? [];
      expect(Number(left)).to.be.within(60_000, 70_000);
      clock.advance(100_000);
      const late = await browser.get(back);
      expect(warning.exec(late.text)?.slice(1)).to.deep.equal(['0', undefined]);
      expect(late.text).to.include('Go back to Bitbucket and start again');
    });

    it('is no rule for others, and no address can make the page say nothing', async () => {
      const other = await registerClient(app);
      const [, page] = await other.openConsent('ana');
      expect(page.text).not.to.match(warning);
      const client = await registerClient(app, { type: 'atlassian' });
      for (const applinks_started_at of ['x', '-1', '9999999999999999', 'NaN']) {
        const [, odd] = await client.openConsent('ana', { applinks_started_at });
        expect(odd.text).to.match(warning);
      }
    });
  });

  it('is at the path of a Data Center product too, unless that is switched off', async () => {
    const client = await registerClient(app);
    const browser = await browserOf(app.baseUrl, 'ana');
    const page = await browser.get(client.authorizeUrl({}, '/rest/oauth2/latest/authorize'));
    const back = await browser.submit(page, { button: 'authorize' });
    expect(locationOf(back)).to.match(/^https:\/\/peer\.example\.test\/callback\?from=ci&code=/);
    const without = await startKitApp({ options: { oauth2: { dataCenterPaths: false } } });
    try {
      for (const path of ['authorize', 'token', 'revoke', '.well-known/oauth-authorization-server']) {
        expect((await fetch(`${without.baseUrl}/rest/oauth2/latest/${path}`)).status, path).to.equal(404);
      }
    } finally {
      await without.close();
    }
  });

  it('has the same redirect URI in its request as in its answer', async () => {
    const client = await registerClient(app);
    const [browser, page] = await client.openConsent('ana');
    expect(locationOf(await browser.submit(page, { button: 'authorize' }))).to.match(
      new RegExp(`^${redirectUri.replace('?', '\\?')}&code=[\\w-]{43}&state=`),
    );
  });
});
