import { expect } from 'chai';
import { createBrowser, type Page } from '../../../../../plugin/testing/index.js';
import { locationOf, oauth2App, type Fields, type OAuth2App } from './oauth2-app.js';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const consent = '/plugins/servlet/oauth2/consent';
const error = '/plugins/servlet/oauth2/error';

const errorOf = (page: Page): string | null => {
  const location = locationOf(page);
  expect(location.pathname).to.equal(error);
  return location.searchParams.get('errorName');
};

describe('authorization request of the Data Center stand-in (oauth2.md 2.3)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  describe('D1: authorize, consent, authorize with Referer and one-time token', () => {
    it('goes by 303 that nobody stores, and ends at the client with code and state', async () => {
      const browser = await app.browserOf('ana');
      const first = await browser.get(app.authorizeUrl());
      expect(first.status).to.equal(303);
      expect(first.header('Cache-Control')).to.equal('no-store');
      expect(first.header('Pragma')).to.equal('no-cache');
      expect(locationOf(first).pathname).to.equal(consent);

      const page = await browser.get(locationOf(first).href);
      expect(page.status).to.equal(200);
      expect([page.textOf('client'), page.textOf('user')]).to.deep.equal(['Sample CI', 'ana']);
      expect(page.textOf('scopes')).to.include('REPO_READ');

      const last = await browser.submit(page, { button: 'Allow' });
      expect(last.header('Cache-Control')).to.equal('no-store');
      expect(last.header('location')).to.match(
        /^http:\/\/ci\.example\.test\/back\?a=1&code=[0-9a-f]{32}&state=state-1$/,
      );
    });

    it('is anonymous at first; the consent page asks to log in and comes back', async () => {
      const browser = createBrowser();
      const login = await browser.get(app.authorizeUrl());
      expect(new URL(login.url).pathname).to.equal('/login');
      const page = await browser.submit(login, { fields: { j_username: 'ben', j_password: 'ben' } });
      expect(page.textOf('user')).to.equal('ben');
    });

    it('asks for consent every time', async () => {
      await app.connect('ana');
      expect((await app.firstStop(await app.browserOf('ana'))).textOf('client')).to.equal('Sample CI');
    });

    it('goes round in circles without a Referer, as behind a proxy that strips it', async () => {
      const browser = await app.browserOf('ana');
      const page = await app.firstStop(browser);
      const sent = new URLSearchParams(Object.fromEntries(page.forms[0]!.fields)).toString();
      const again = await browser.get(`${page.forms[0]!.action}?${sent}`);
      expect(locationOf(again).pathname).to.equal(consent);
    });

    it('takes each one-time token once, and only in its own session', async () => {
      const browser = await app.browserOf('ana');
      const page = await app.firstStop(browser);
      const other = await app.browserOf('ben');
      expect(errorOf(await other.submit(page, { button: 'Allow' }))).to.equal('invalid_request');
      expect(locationOf(await browser.submit(page)).searchParams.has('code')).to.equal(true);
      expect(errorOf(await browser.submit(page))).to.equal('invalid_request');
      const forged = { fields: { atl_token: 'forged' } };
      expect(errorOf(await browser.submit(await app.firstStop(browser), forged))).to.equal('invalid_request');
    });

    it('gives no code for somebody who left meanwhile', async () => {
      const browser = await app.browserOf('ben');
      const page = await app.firstStop(browser);
      app.standIn.removeUser('ben');
      expect(errorOf(await browser.submit(page))).to.equal('invalid_request');
    });

    it('lets two tabs consent one after the other', async () => {
      const browser = await app.browserOf('ana');
      const [one, two] = [await app.firstStop(browser), await app.firstStop(browser)];
      for (const tab of [one, two]) {
        expect(locationOf(await browser.submit(tab)).searchParams.has('code')).to.equal(true);
      }
    });

    it('shows an error page that names the error and answers no client', async () => {
      const page = await app.firstStop(await app.browserOf('ana'), { response_type: undefined });
      expect(page.status).to.equal(200);
      expect(page.textOf('error-name')).to.equal('invalid_request');
      expect(page.textOf('error-description')).to.include('response_type');
    });

    it('a custom scheme gets 412, although it can be registered', async () => {
      app.provider.editRedirects(app.client.clientId, ['myapp://back']);
      const page = await app.firstStop(await app.browserOf('ana'), { redirect_uri: 'myapp://back' });
      expect(page.status).to.equal(412);
    });

    it('an unknown client gets 400 after the login, and no callback', async () => {
      const page = await app.firstStop(await app.browserOf('ana'), { client_id: 'unknown' });
      expect(page.status).to.equal(400);
      expect(page.header('location')).to.equal(undefined);
      const anonymous = await app.firstStop(createBrowser({ redirects: 0 }), { client_id: 'unknown' });
      expect(anonymous.status).to.equal(302);
    });
  });

  describe('D2: invalid_scope comes before any check of the redirect URI', () => {
    const scopeErrorAt = async (changes: Fields): Promise<URL> => {
      const page = await createBrowser({ redirects: 0 }).get(app.authorizeUrl(changes));
      const location = locationOf(page);
      expect(location.searchParams.get('error')).to.equal('invalid_scope');
      expect(location.searchParams.get('error_description')).not.to.equal(null);
      return location;
    };

    it('goes to whatever redirect URI was given, with state', async () => {
      const location = await scopeErrorAt({
        scope: 'REPO_ADMIN',
        redirect_uri: 'https://other.example/x?b=2',
      });
      expect(location.href).to.match(/^https:\/\/other\.example\/x\?b=2&error=invalid_scope&/);
      expect(location.searchParams.get('state')).to.equal('state-1');
    });

    it('leaves state out when there was none', async () => {
      expect((await scopeErrorAt({ scope: 'NO', state: undefined })).searchParams.has('state')).to.equal(
        false,
      );
    });

    for (const [what, scope] of [
      ['blank', ''],
      ['unknown', 'REPO_EVERYTHING'],
      ['in lower case', 'repo_read'],
      ['two spaces between', 'REPO_READ  PUBLIC_REPOS'],
      ['wider than registered', 'REPO_READ ACCOUNT_WRITE'],
    ] as const) {
      it(`refuses a scope that is ${what}`, () => scopeErrorAt({ scope }));
    }

    it('refuses it on the second visit too, when the link was edited meanwhile', async () => {
      const browser = await app.browserOf('ana');
      const page = await app.firstStop(browser);
      app.provider.editClient(app.client.clientId, { scope: 'PUBLIC_REPOS' });
      expect(locationOf(await browser.submit(page)).searchParams.get('error')).to.equal('invalid_scope');
    });

    it('an unknown client skips the check', async () => {
      const page = await createBrowser({ redirects: 0 }).get(
        app.authorizeUrl({ client_id: 'unknown', scope: 'NONSENSE' }),
      );
      expect(locationOf(page).pathname).to.equal(consent);
    });

    it('shows the error page when there is no address to go to', async () => {
      const page = await createBrowser({ redirects: 0 }).get(
        app.authorizeUrl({ scope: '', redirect_uri: 'back\r\nSet-Cookie: a=b' }),
      );
      expect(errorOf(page)).to.equal('invalid_scope');
    });
  });

  describe('D3: parameters', () => {
    it('drops every unknown one on the way to the consent page', async () => {
      const browser = await app.browserOf('ana');
      const url = app.authorizeUrl({ prompt: 'login', nonce: 'n', audience: 'a', code_challenge: challenge });
      const names = [...locationOf(await browser.get(url)).searchParams.keys()];
      expect(names).to.deep.equal([
        'client_id',
        'redirect_uri',
        'state',
        'response_type',
        'scope',
        'code_challenge',
      ]);
    });

    it('never sends iss', async () => {
      const keys = [...locationOf(await app.answer('ana', 'Allow')).searchParams.keys()];
      expect(keys).to.deep.equal(['a', 'code', 'state']);
    });

    for (const [what, state] of [
      ['plus', 'a+b'],
      ['percent', '100%25 %'],
      ['500 characters', 'x&=#'.repeat(125)],
    ] as const) {
      it(`returns state unchanged: ${what}`, async () => {
        const location = locationOf(await app.answer('ana', 'Allow', { state }));
        expect(location.searchParams.get('state')).to.equal(state);
      });
    }
  });

  it('"not you?" ends the session and begins anew', async () => {
    const browser = await app.browserOf('ana');
    await app.firstStop(browser);
    const query = new URL(app.authorizeUrl()).search;
    const page = await browser.get(`${app.standIn.url}/plugins/servlet/oauth2/switch-account${query}`);
    expect(new URL(page.header('location')!).pathname).to.equal('/rest/oauth2/latest/authorize');
    expect((await app.firstStop(browser)).header('location')).to.include('/login');
  });
});
