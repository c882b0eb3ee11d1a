import { expect } from 'chai';
import { createBrowser, type Page } from '../../../../../plugin/testing/index.js';
import { locationOf, oauth2App, redirectUri, type OAuth2App } from './oauth2-app.js';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const error = '/plugins/servlet/oauth2/error';

const errorOf = (page: Page): string | null => {
  const location = locationOf(page);
  expect(location.pathname).to.equal(error);
  return location.searchParams.get('errorName');
};

describe('checks of the authorization request at the Data Center stand-in (oauth2.md 2.3)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  describe('table 2.3', () => {
    for (const name of ['client_id', 'redirect_uri', 'response_type']) {
      it(`row 2: without ${name} the error page says invalid_request`, async () => {
        const page = await createBrowser({ redirects: 0 }).get(app.authorizeUrl({ [name]: undefined }));
        expect(errorOf(page)).to.equal('invalid_request');
      });
    }

    it('row 2: without scope too, when the client is not known', async () => {
      const changes = { client_id: 'unknown', scope: undefined };
      expect(errorOf(await createBrowser({ redirects: 0 }).get(app.authorizeUrl(changes)))).to.equal(
        'invalid_request',
      );
    });

    it('row 9: a client that was deleted meanwhile', async () => {
      const browser = await app.browserOf('ana');
      const page = await app.firstStop(browser);
      app.provider.deleteClient(app.client.clientId);
      expect(errorOf(await browser.submit(page))).to.equal('invalid_request');
    });

    for (const redirect_uri of [
      `${redirectUri}/`,
      'http://ci.example.test/back',
      'http://CI.example.test/back?a=1',
      'http://ci.example.test:80/back?a=1',
    ]) {
      it(`row 10: ${redirect_uri} is not the one registered, and is told nothing`, async () => {
        expect(errorOf(await app.answer('ana', 'Allow', { redirect_uri }))).to.equal('invalid_request');
      });
    }

    for (const [what, changes] of [
      ['unknown method', { code_challenge: challenge, code_challenge_method: 'S512' }],
      ['method alone', { code_challenge_method: 'S256' }],
      ['42 characters', { code_challenge: challenge.slice(1) }],
      ['129 characters', { code_challenge: 'a'.repeat(129) }],
      ['a character too many', { code_challenge: challenge.replace('-', '+') }],
    ] as const) {
      it(`row 11: PKCE with ${what} ends on the error page`, async () => {
        expect(errorOf(await app.answer('ana', 'Allow', changes))).to.equal('invalid_request');
      });
    }

    for (const code_challenge_method of [undefined, 'plain', 's256', 'S256']) {
      it(`row 11: takes the method ${code_challenge_method ?? 'plain by default'}`, async () => {
        const changes = { code_challenge: challenge, code_challenge_method };
        expect(locationOf(await app.answer('ana', 'Allow', changes)).searchParams.has('code')).to.equal(true);
      });
    }

    it('row 12: another response type is told to the client', async () => {
      const location = locationOf(await app.answer('ana', 'Allow', { response_type: 'token' }));
      expect(location.searchParams.get('error')).to.equal('unsupported_response_type');
      expect(location.searchParams.get('state')).to.equal('state-1');
    });

    it('row 12: a response type that got lost on the way is told to the client', async () => {
      const browser = await app.browserOf('ana');
      const lost = { fields: { response_type: '' } };
      const location = locationOf(await browser.submit(await app.firstStop(browser), lost));
      expect(location.searchParams.get('error')).to.equal('invalid_request');
    });
  });

  describe('denial (8.2 row 7)', () => {
    it('is access_denied with state by default, or another error', async () => {
      const denied = locationOf(await app.answer('ana', 'Deny'));
      expect(denied.origin + denied.pathname).to.equal('http://ci.example.test/back');
      expect(denied.searchParams.get('error')).to.equal('access_denied');
      expect(denied.searchParams.get('state')).to.equal('state-1');
      app.provider.switches.denialError = 'consent_required';
      const other = locationOf(await app.answer('ana', 'Deny'));
      expect(other.searchParams.get('error')).to.equal('consent_required');
    });

    it('may end in silence', async () => {
      app.provider.switches.denialError = undefined;
      expect((await app.answer('ana', 'Deny')).header('location')).to.equal(`${app.standIn.url}/`);
    });

    it('never leads to an address that is not registered, nor without the one-time token', async () => {
      const page = await app.answer('ana', 'Deny', { redirect_uri: 'http://other.example.test/' });
      expect(page.status).to.equal(400);
      const browser = await app.browserOf('ana');
      const forged = { button: 'Deny', fields: { atl_token: 'forged' } };
      expect((await browser.submit(await app.firstStop(browser), forged)).status).to.equal(400);
    });
  });
});
