/** The consent page, row by row of jenkins-integration.md A6, D3 (AuthorizeConfirmationConfigTest) and E. */
import { expect } from 'chai';
import { createBrowser, type Page } from 'express-applinks/testing';
import { TestClock, minuteMs } from '../support/clock.js';
import { allow, browserOf, consentUrl, locationOf, openConsent, press } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';
import { classicPaths } from '../support/test-consumer.js';

const callback = 'https://bb.example.test:8443/access?id=1';

describe('The consent page', () => {
  const clock = new TestClock();
  let app: KitApp;
  let consumer: RegisteredConsumer;
  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
    consumer = await registerConsumer(app, { name: 'Bitbucket <West> & Co' });
  });
  after(() => app.close());

  const pending = async (to = callback): Promise<string> => {
    const answer = await consumer.askRequestToken(to, { timestampSeconds: clock.seconds() });
    return answer.fields.oauth_token!;
  };
  const expectError = (page: Page, status: number, problem: string): void => {
    expect(page.status).to.equal(status);
    expect(page.header('content-type')).to.match(/^text\/html/);
    expect(page.text).to.include(problem);
    expect(page.forms.flatMap((form) => form.buttons.map(({ name }) => name))).not.to.include('authorize');
  };

  it('does not grant more than it showed: scopes that were widened meanwhile need a new look', async () => {
    const by = await registerConsumer(app, { scopes: [] });
    const answer = await by.askRequestToken(callback, { timestampSeconds: clock.seconds() });
    const [browser, page] = await openConsent(app.baseUrl, 'ana', answer.fields.oauth_token!);
    await app.applinks.links.updateCredential(by.linkId, by.credentialId, { scopes: ['build'] });
    expect((await browser.submit(page, { button: 'authorize' })).status).to.equal(403);
    const [, again] = await openConsent(app.baseUrl, 'ana', answer.fields.oauth_token!);
    expect(again.text).to.include('Start and stop builds');
  });

  describe('when it is opened', () => {
    it('names both applications, the user, what is granted and where the browser goes', async () => {
      const [, page] = await openConsent(app.baseUrl, 'ana', await pending());
      expect(page.status).to.equal(200);
      expect(page.text).to.include('Bitbucket &lt;West&gt; &amp; Co').and.not.to.include('<West>');
      for (const shown of ['Sample CI', 'ana', 'Start and stop builds', 'bb.example.test:8443']) {
        expect(page.text).to.include(shown);
      }
    });

    it('is framed by nobody, kept by no cache, and tells its URL to nobody else', async () => {
      const [, page] = await openConsent(app.baseUrl, 'ana', await pending());
      expect(page.header('content-security-policy')).to.include("frame-ancestors 'none'");
      expect(page.header('x-frame-options')).to.equal('DENY');
      expect(page.header('cache-control')).to.equal('no-store');
      expect(page.header('referrer-policy')).to.equal('same-origin');
    });

    it('lets its form lead to the callback, and nowhere else', async () => {
      const [, page] = await openConsent(app.baseUrl, 'ana', await pending());
      expect(page.header('content-security-policy')).to.include(
        "form-action 'self' https://bb.example.test:8443;",
      );
    });

    it('sends an anonymous user to log in, and back to the same page', async () => {
      const browser = createBrowser({ redirects: 0 });
      const token = await pending();
      const page = await browser.get(consentUrl(app.baseUrl, token, { oauth_callback: callback }));
      const login = new URL(locationOf(page), app.baseUrl);
      expect(login.pathname).to.equal('/login');
      const returnTo = login.searchParams.get('returnTo')!;
      expect(new URL(returnTo, app.baseUrl).href).to.equal(
        consentUrl(app.baseUrl, token, { oauth_callback: callback }),
      );
      const loggedIn = await browser.get(`${login.href}&user=ana`);
      const consent = await browser.get(new URL(locationOf(loggedIn), app.baseUrl).href);
      const back = await browser.submit(consent, { button: 'authorize' });
      expect(locationOf(back)).to.include(`oauth_token=${token}`);
    });

    it('checks the token before it asks to log in', async () => {
      expectError(await createBrowser().get(consentUrl(app.baseUrl, 'unknown')), 401, 'token_rejected');
    });

    it('has nothing to show without oauth_token', async () => {
      const browser = await browserOf(app.baseUrl, 'ana');
      expectError(await browser.get(app.baseUrl + classicPaths.authorize), 400, 'parameter_absent');
    });

    it('refuses an access token', async () => {
      const request = await consumer.askRequestToken(callback, { timestampSeconds: clock.seconds() });
      const credentials = {
        token: request.fields.oauth_token!,
        secret: request.fields.oauth_token_secret!,
      };
      const verifier = await allow(app.baseUrl, 'ana', credentials.token);
      const access = await consumer.swap(credentials, verifier, { timestampSeconds: clock.seconds() });
      const [, page] = await openConsent(app.baseUrl, 'ana', access.fields.oauth_token!);
      expectError(page, 401, 'token_rejected');
    });

    it('refuses a token that is decided', async () => {
      const token = await pending();
      await press(app.baseUrl, 'ana', token, 'authorize');
      const [, page] = await openConsent(app.baseUrl, 'ana', token);
      expectError(page, 401, 'token_used');
    });

    it('refuses an expired token', async () => {
      const token = await pending();
      clock.advance(11 * minuteMs);
      const [, page] = await openConsent(app.baseUrl, 'ana', token);
      expectError(page, 401, 'token_expired');
    });

    it('never decides by GET', async () => {
      const token = await pending();
      const browser = await browserOf(app.baseUrl, 'ana');
      await browser.get(consentUrl(app.baseUrl, token, { authorize: '1' }));
      expect((await browser.get(consentUrl(app.baseUrl, token))).status).to.equal(200);
    });

    it('refuses other methods with 405', async () => {
      const response = await fetch(app.baseUrl + classicPaths.authorize, { method: 'PUT' });
      expect(response.status).to.equal(405);
      expect(response.headers.get('allow')).to.equal('GET, POST, HEAD');
    });

    it('refuses a parameter given twice', async () => {
      const browser = await browserOf(app.baseUrl, 'ana');
      const page = await browser.get(`${consentUrl(app.baseUrl, await pending())}&oauth_token=other`);
      expect(page.status).to.equal(400);
    });
  });

  describe('the callback of its URL', () => {
    it('is accepted when it is the bound one', async () => {
      const browser = await browserOf(app.baseUrl, 'ana');
      const page = await browser.get(consentUrl(app.baseUrl, await pending(), { oauth_callback: callback }));
      expect(page.status).to.equal(200);
    });

    for (const other of ['https://evil.example/steal', `${callback}&x=1`, 'javascript:alert(1)', 'oob', '']) {
      it(`is refused when it is ${JSON.stringify(other)}, and nothing leads there`, async () => {
        const browser = await browserOf(app.baseUrl, 'ana');
        const page = await browser.get(consentUrl(app.baseUrl, await pending(), { oauth_callback: other }));
        expectError(page, 400, 'parameter_rejected');
        expect(page.text).not.to.include('evil.example');
      });
    }

    it('cannot be changed by a field of the form', async () => {
      const [browser, page] = await openConsent(app.baseUrl, 'ana', await pending());
      const fields = { oauth_callback: 'https://evil.example/steal' };
      const back = await browser.submit(page, { button: 'authorize', fields });
      expect(new URL(locationOf(back)).host).to.equal('bb.example.test:8443');
    });
  });

  describe('when the user decides', () => {
    it('Deny sends the browser back with oauth_verifier=denied', async () => {
      const token = await pending();
      const back = new URL(locationOf(await press(app.baseUrl, 'ana', token, 'cancel')));
      expect(back.searchParams.get('oauth_verifier')).to.equal('denied');
      expect(back.searchParams.get('oauth_token')).to.equal(token);
    });

    it('Allow gives a verifier of at least 128 bits', async () => {
      expect(await allow(app.baseUrl, 'ana', await pending())).to.match(/^[\w-]{43}$/);
    });

    it('a second decision is refused, also of two at once', async () => {
      const token = await pending();
      const [browser, page] = await openConsent(app.baseUrl, 'ana', token);
      const answers = await Promise.all([
        browser.submit(page, { button: 'authorize' }),
        browser.submit(page, { button: 'cancel' }),
      ]);
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([302, 401]);
    });

    it('neither button, and both, are 400', async () => {
      const token = await pending();
      const [browser, page] = await openConsent(app.baseUrl, 'ana', token);
      const both = await browser.submit(page, { button: 'authorize', fields: { cancel: '1' } });
      expect(both.status).to.equal(400);
      const form = page.forms[0]!;
      const fields = Object.fromEntries(form.fields);
      expect((await browser.post(form.action, fields)).status).to.equal(400);
    });

    it('another account can be chosen, and decides then', async () => {
      const token = await pending();
      const [browser, page] = await openConsent(app.baseUrl, 'rob', token);
      const login = new URL(locationOf(await browser.submit(page, { button: 'switch' })), app.baseUrl);
      expect(login.searchParams.get('switch')).to.equal('1');
      const loggedIn = await browser.get(`${login.href}&user=ana`);
      const again = await browser.get(new URL(locationOf(loggedIn), app.baseUrl).href);
      expect(again.text).to.include('ana');
      expect(locationOf(await browser.submit(again, { button: 'authorize' }))).to.include(
        `oauth_token=${token}`,
      );
    });
  });

  describe('with oob', () => {
    it('Allow shows the verifier on the page, and in no URL', async () => {
      const page = await press(app.baseUrl, 'ana', await pending('oob'), 'authorize');
      expect(page.status).to.equal(200);
      const verifier = /[\w-]{43}/.exec(page.text.replace(/<[^>]*>/g, ' '))?.[0];
      expect(verifier).to.have.length(43);
      expect(page.visited.join(' ')).not.to.include(verifier!);
    });

    it('Deny says so', async () => {
      const page = await press(app.baseUrl, 'ana', await pending('oob'), 'cancel');
      expect(page.status).to.equal(200);
      expect(page.text).to.match(/denied/i);
    });
  });

  describe('against cross-site requests', () => {
    it('an anonymous POST is 401', async () => {
      const token = await pending();
      const [, page] = await openConsent(app.baseUrl, 'ana', token);
      const fields = { ...Object.fromEntries(page.forms[0]!.fields), authorize: '1' };
      const answer = await createBrowser({ redirects: 0 }).post(page.forms[0]!.action, fields);
      expectError(answer, 401, 'User not logged in.');
    });

    it('a POST without the form token is 403, and nothing is decided', async () => {
      const token = await pending();
      const [browser, page] = await openConsent(app.baseUrl, 'ana', token);
      const forged = await browser.post(page.forms[0]!.action, { oauth_token: token, authorize: '1' });
      expectError(forged, 403, 'csrf_rejected');
      expect((await browser.submit(page, { button: 'authorize' })).status).to.equal(302);
    });

    it("an attacker's own form token does not work in the victim's browser", async () => {
      const token = await pending();
      const [, attackers] = await openConsent(app.baseUrl, 'rob', token);
      const [victim] = await openConsent(app.baseUrl, 'ana', token);
      const fields = { ...Object.fromEntries(attackers.forms[0]!.fields), authorize: '1' };
      expectError(await victim.post(attackers.forms[0]!.action, fields), 403, 'csrf_rejected');
    });

    it('the form token of one request token does not work for another', async () => {
      const [browser, page] = await openConsent(app.baseUrl, 'ana', await pending());
      const other = await pending();
      const answer = await browser.submit(page, { button: 'authorize', fields: { oauth_token: other } });
      expectError(answer, 403, 'csrf_rejected');
    });

    it('the user who posts must be the one who saw the page', async () => {
      const [browser, page] = await openConsent(app.baseUrl, 'rob', await pending());
      await browser.get(`${app.baseUrl}/login?user=ana`);
      expectError(await browser.submit(page, { button: 'authorize' }), 403, 'csrf_rejected');
    });

    it('a form of another site is refused even with everything right in it', async () => {
      const [browser, page] = await openConsent(app.baseUrl, 'ana', await pending());
      const body = new URLSearchParams({ ...Object.fromEntries(page.forms[0]!.fields), authorize: '1' });
      const cookie = browser.cookies.header(new URL(app.baseUrl));
      const headers = { cookie, origin: 'https://evil.example' };
      const answer = await fetch(page.forms[0]!.action, {
        method: 'POST',
        body,
        headers,
        redirect: 'manual',
      });
      expect(answer.status).to.equal(403);
    });
  });

  describe('with callbacks restricted to the origins of the link', () => {
    it('refuses another origin already at the request token', async () => {
      const strict = await startKitApp({ options: { restrictCallbackOrigins: true } });
      try {
        const own = await registerConsumer(strict, { displayUrl: 'https://bb.example.test:8443' });
        expect((await own.askRequestToken(callback)).status).to.equal(200);
        const elsewhere = await own.askRequestToken('https://other.example.test/access');
        expect(elsewhere.status).to.equal(400);
        expect(elsewhere.fields.oauth_problem_advice).to.include('https://bb.example.test:8443');
      } finally {
        await strict.close();
      }
    });
  });
});
