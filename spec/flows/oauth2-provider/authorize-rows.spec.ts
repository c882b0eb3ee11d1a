/** The authorization endpoint, rows 1 to 9 of oauth2.md part 6. */
import { expect } from 'chai';
import { createBrowser, type Page } from 'express-applinks/testing';
import { browserOf, locationOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import {
  answerOf,
  redirectUri,
  registerClient,
  type ClientChanges,
  type Parameters,
  type TestClient,
} from '../../support/oauth2-client.js';

const clientTypes = ['atlassian', 'confidential', 'public'] as const;

describe('oauth2.md part 6, the authorization request', () => {
  let app: KitApp;
  before(async () => {
    app = await startKitApp({ options: { scopes: { build: 'Start builds', read: 'Read build logs' } } });
  });
  after(() => app.close());

  const register = (changes: ClientChanges = {}): Promise<TestClient> =>
    registerClient(app, { scopes: ['build', 'read'], ...changes });
  /** The first answer to a logged-in user. */
  const ask = async (client: TestClient, changes: Parameters = {}, more = ''): Promise<Page> =>
    (await browserOf(app.baseUrl, 'ana')).get(client.authorizeUrl(changes) + more);
  const expectRefused = (page: Page, error: string): URLSearchParams => {
    expect(page.status).to.equal(303);
    expect(locationOf(page).startsWith(`${redirectUri}&`), locationOf(page)).to.equal(true);
    const answer = answerOf(page);
    expect(answer.get('error'), answer.toString()).to.equal(error);
    expect(answer.get('iss')).to.equal(app.baseUrl);
    expect(answer.get('from')).to.equal('ci');
    expect(answer.has('code')).to.equal(false);
    return answer;
  };
  const expectPage = (page: Page, told: string | RegExp): void => {
    expect(page.status).to.equal(400);
    expect(page.header('location')).to.equal(undefined);
    expect(page.header('content-type')).to.match(/^text\/html/);
    expect(page.text).to.match(new RegExp(told));
    expect(page.forms).to.have.length(0);
  };

  describe('row 1: parameters that are unknown, and prompt', () => {
    for (const type of clientTypes) {
      it(`are ignored for a client of the type ${type}`, async () => {
        const client = await register({ type });
        const unknown = { access_type: 'offline', nonce: 'n', audience: 'x', prompt: 'create', foo: '' };
        expect((await client.decide('ana', unknown)).get('code')).to.have.length(43);
      });
    }

    it('prompt=select_account offers another account', async () => {
      const client = await register();
      const [browser, page] = await client.openConsent('ana', { prompt: 'select_account' });
      const login = locationOf(await browser.submit(page, { button: 'switch' }));
      expect(login).to.include('switch=1');
      const { searchParams } = new URL(login, app.baseUrl);
      const loggedIn = await browser.get(`${new URL(login, app.baseUrl).href}&user=rob`);
      expect(searchParams.get('returnTo')).to.match(/^\/oauth2\/authorize\?/);
      const again = await browser.get(new URL(locationOf(loggedIn), app.baseUrl).href);
      expect(again.text).to.include('rob A');
    });

    it('prompt=none shows no page: login_required, consent_required', async () => {
      const client = await register();
      const anonymous = await createBrowser({ redirects: 0 }).get(client.authorizeUrl({ prompt: 'none' }));
      expectRefused(anonymous, 'login_required');
      expectRefused(await ask(client, { prompt: 'none' }), 'consent_required');
    });

    it('prompt=none with another value is refused, or overlooked in a request of Atlassian', async () => {
      const prompt = 'none select_account';
      expectRefused(await ask(await register(), { prompt }), 'invalid_request');
      const page = await ask(await register({ type: 'atlassian' }), { prompt });
      expect([page.status, page.forms.length]).to.deep.equal([200, 1]);
    });
  });

  describe('row 2: a parameter that is sent twice', () => {
    for (const name of ['response_type', 'scope', 'code_challenge', 'prompt', 'unheard_of']) {
      it(`ends in invalid_request at the client (${name})`, async () => {
        const client = await register();
        const answer = expectRefused(
          await ask(client, { state: 's', [name]: 'a' }, `&${name}=a`),
          'invalid_request',
        );
        expect(answer.get('state')).to.equal('s');
      });
    }

    it('ends there without a state when it is the state', async () => {
      const page = await ask(await register(), { state: 'one' }, '&state=two');
      expect(expectRefused(page, 'invalid_request').has('state')).to.equal(false);
    });

    for (const name of ['client_id', 'redirect_uri'] as const) {
      it(`ends on a page of ours when it is ${name}`, async () => {
        const client = await register();
        const value = encodeURIComponent(name === 'client_id' ? client.client.clientId : redirectUri);
        expectPage(await ask(client, {}, `&${name}=${value}`), 'sent more than once');
        expectPage(await ask(client, {}, `&${name}=https%3A%2F%2Fevil.example.test`), 'sent more than once');
      });
    }

    it('does no harm for resource, which may be sent twice', async () => {
      expect((await ask(await register(), {}, '&resource=a&resource=b')).status).to.equal(200);
    });
  });

  describe('row 3: no redirect while client and redirect URI do not belong together', () => {
    it('for a client that is unknown or absent', async () => {
      const client = await register();
      expectPage(await ask(client, { client_id: 'unknown' }), 'No application with this client_id');
      expectPage(await ask(client, { client_id: 'x'.repeat(300) }), 'No application with this client_id');
      expectPage(await ask(client, { client_id: undefined }), 'client_id is missing');
      expectPage(await ask(client, { client_id: '' }), 'client_id is missing');
    });

    it('for a redirect URI that is absent, or not registered, whatever else is wrong', async () => {
      const client = await register();
      expectPage(await ask(client, { redirect_uri: undefined }), 'redirect_uri is missing');
      expectPage(await ask(client, { redirect_uri: 'https://evil.example.test/' }), 'not registered');
      expectPage(
        await ask(client, {
          redirect_uri: 'https://evil.example.test/',
          scope: 'nothing',
          response_type: 'x',
        }),
        'https://evil.example.test/.* is not registered',
      );
    });

    it('for a placeholder: a page that says what to do, until it is corrected', async () => {
      const uri = 'https://bitbucket.example.test/placeholder';
      const client = await register({ redirectUris: [{ uri, isPlaceholder: true }] });
      expectPage(await ask(client, { redirect_uri: uri }), /placeholder.*enter the one that Bitbucket shows/);
      expectPage(await ask(client, { redirect_uri: redirectUri }), 'not registered');
      await client.change((stored) => ({
        ...stored,
        redirectUris: [{ uri: redirectUri, isPlaceholder: false }],
      }));
      expect((await client.decide('ana')).get('code')).to.have.length(43);
    });

    it('for one that should never have been registered', async () => {
      for (const uri of [
        'http://peer.example.test/cb',
        'https://peer.example.test/cb#x',
        'javascript:alert(1)',
      ]) {
        const client = await register({ redirectUris: [uri] });
        expectPage(await ask(client), 'must be https');
      }
    });

    it('asks nobody to log in for it', async () => {
      const page = await createBrowser().get((await register()).authorizeUrl({ client_id: 'unknown' }));
      expectPage(page, 'No application with this client_id');
    });
  });

  describe('row 4: the redirect URI is compared as a string', () => {
    const registered = 'https://peer.example.test:8443/a/b?x=1';
    const others = [
      'https://PEER.example.test:8443/a/b?x=1',
      'HTTPS://peer.example.test:8443/a/b?x=1',
      'https://peer.example.test/a/b?x=1',
      'https://peer.example.test:8444/a/b?x=1',
      'https://peer.example.test:8443/a/b/?x=1',
      'https://peer.example.test:8443/a/c/../b?x=1',
      'https://peer.example.test:8443/a%2Fb?x=1',
      'https://peer.example.test:8443/a/%62?x=1',
      'https://peer.example.test:8443/a/b',
      'https://peer.example.test:8443/a/b?x=1&y=2',
      'https://peer.example.test:8443/a/b?x=1#',
      'https://peer.example.test:8443@evil.example.test/a/b?x=1',
      'https://user@peer.example.test:8443/a/b?x=1',
      'https://peer.example.test.:8443/a/b?x=1',
      'https://peer.example.test:8443/a/b?x=1 ',
      'http://peer.example.test:8443/a/b?x=1',
      '//peer.example.test:8443/a/b?x=1',
    ];
    for (const other of others) {
      it(`so that ${JSON.stringify(other)} is another one`, async () => {
        const client = await register({ redirectUris: [registered] });
        expectPage(await ask(client, { redirect_uri: other }), 'is not registered');
      });
    }

    it('each of several counts', async () => {
      const second = 'https://peer.example.test/second';
      const client = await register({ redirectUris: [redirectUri, second] });
      const page = await ask(client, { redirect_uri: second, response_type: 'token' });
      expect(locationOf(page)).to.match(/^https:\/\/peer\.example\.test\/second\?error=/);
    });

    it('the port of a loopback address may differ only where the option says so', async () => {
      const redirectUris = ['http://127.0.0.1:7777/cb', 'http://localhost:7777/cb', 'http://[::1]/cb'];
      const changes = { type: 'public', redirectUris } as const;
      const asked = { redirect_uri: 'http://127.0.0.1:51004/cb' };
      expectPage(await ask(await register(changes), asked), 'is not registered');
      const lenient = await startKitApp({ options: { oauth2: { anyLoopbackPort: true } } });
      try {
        const client = await registerClient(lenient, changes);
        const page = async (redirect_uri: string): Promise<number> =>
          (await (await browserOf(lenient.baseUrl, 'ana')).get(client.authorizeUrl({ redirect_uri }))).status;
        expect(await page('http://127.0.0.1:51004/cb')).to.equal(200);
        expect(await page('http://[::1]:51004/cb')).to.equal(200);
        for (const other of [
          'http://localhost:51004/cb',
          'http://127.0.0.1:51004/cb2',
          'http://127.0.0.1:51004@evil.example.test/cb',
          'http://127.0.0.2:51004/cb',
          'http://127.0.0.1:510040000/cb',
        ]) {
          expect(await page(other), other).to.equal(400);
        }
      } finally {
        await lenient.close();
      }
    });
  });

  describe('row 5: all other errors go to the client, with state and iss, in ASCII', () => {
    const states = ['a+b c%20d&e=f', '%', 'ü✓', 's'.repeat(500), '"quoted\\"', '0'];
    for (const state of states) {
      it(`echoes ${state.slice(0, 20)}`, async () => {
        const client = await register();
        const error = await ask(client, { state, response_type: 'token' });
        expect(expectRefused(error, 'unsupported_response_type').get('state')).to.equal(state);
        expect((await client.decide('ana', { state })).get('state')).to.equal(state);
      });
    }

    it('has no state where none was sent', async () => {
      const client = await register();
      const page = await ask(client, { state: undefined, scope: 'ümlaut' });
      const answer = expectRefused(page, 'invalid_scope');
      expect(answer.has('state')).to.equal(false);
      expect(answer.get('error_description')).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    });

    it('says that the user denied', async () => {
      const answer = await (await register()).decide('ana', { state: 's' }, 'cancel');
      expect(Object.fromEntries(answer)).to.deep.equal({
        from: 'ci',
        error: 'access_denied',
        error_description: 'The user denied the request.',
        state: 's',
        iss: app.baseUrl,
      });
    });
  });

  describe('row 6: response_type', () => {
    it('is required', async () => {
      expectRefused(await ask(await register(), { response_type: undefined }), 'invalid_request');
      expectRefused(await ask(await register(), { response_type: '' }), 'invalid_request');
    });

    for (const response_type of ['token', 'id_token', 'code token', 'none', 'CODE']) {
      it(`is never ${response_type}`, async () => {
        expectRefused(await ask(await register(), { response_type }), 'unsupported_response_type');
      });
    }
  });

  describe('row 7: scope', () => {
    for (const scope of [
      'deploy',
      'build deploy',
      'BUILD',
      'build,read',
      'build  read',
      'build\tread',
      '"',
    ]) {
      it(`${JSON.stringify(scope)} is invalid`, async () => {
        expectRefused(await ask(await register(), { scope }), 'invalid_scope');
      });
    }

    it('is no more than the client may have', async () => {
      const client = await register({ scopes: ['read'] });
      expectRefused(await ask(client, { scope: 'build' }), 'invalid_scope');
    });

    for (const scope of [undefined, '']) {
      it(`is the client's when it is ${scope === '' ? 'empty' : 'absent'}, and told`, async () => {
        const client = await register({ scopes: ['read', 'build'] });
        const answer = await client.exchange(await client.code('ana', { scope }));
        expect(answer.json.scope).to.equal('build read');
      });
    }

    it('is shown on the page as it was asked for', async () => {
      const [, page] = await (await register()).openConsent('ana', { scope: 'read' });
      expect(page.text).to.include('Read build logs').and.not.to.include('Start builds');
    });

    it('is never nothing: what a client may have and the application offers must meet', async () => {
      const client = await register({ scopes: ['gone'] });
      expectRefused(await ask(client, { scope: undefined }), 'invalid_scope');
    });
  });

  describe('row 8: PKCE', () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    for (const type of ['confidential', 'public'] as const) {
      it(`is required of a client of the type ${type}`, async () => {
        expectRefused(await ask(await register({ type }), without), 'invalid_request');
      });
    }

    it('is not required of Atlassian, but counts when it is sent', async () => {
      const client = await register({ type: 'atlassian' });
      expect((await client.exchange(await client.code('ana', without))).status).to.equal(200);
      const code_challenge = 'A'.repeat(43);
      const code = await client.code('ana', { code_challenge, code_challenge_method: 'S256' });
      expect((await client.exchange(code)).json.error).to.equal('invalid_grant');
    });
  });

  describe('row 9: PKCE by S256 only', () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    for (const [what, changes] of Object.entries({
      'by plain': { code_challenge: challenge, code_challenge_method: 'plain' },
      'without a method, which means plain': { code_challenge: challenge, code_challenge_method: undefined },
      'by another spelling': { code_challenge: challenge, code_challenge_method: 's256' },
      'with a method only': { code_challenge: undefined, code_challenge_method: 'S256' },
      'with a short challenge': { code_challenge: 'A'.repeat(42), code_challenge_method: 'S256' },
      'with a long challenge': { code_challenge: 'A'.repeat(129), code_challenge_method: 'S256' },
      'with other characters': { code_challenge: `${'A'.repeat(42)}=`, code_challenge_method: 'S256' },
    })) {
      it(`is refused ${what}`, async () => {
        for (const type of clientTypes) {
          expectRefused(await ask(await register({ type }), changes), 'invalid_request');
        }
      });
    }

    it('takes the vector of RFC 7636', async () => {
      const client = await register({ type: 'public' });
      const code = await client.code('ana', { code_challenge: challenge });
      const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
      expect((await client.exchange(code, { code_verifier })).status).to.equal(200);
    });

    for (const [what, code_verifier] of Object.entries({
      wrong: 'x'.repeat(43),
      absent: undefined,
      empty: '',
      'too short': 'x'.repeat(42),
      'too long': 'x'.repeat(129),
      'the challenge itself': challenge,
    })) {
      it(`a verifier that is ${what} is invalid_grant, and leaves the code to the right one`, async () => {
        const client = await register();
        const code = await client.code('ana');
        const refused = await client.exchange(code, { code_verifier });
        expect([refused.status, refused.json.error]).to.deep.equal([400, 'invalid_grant']);
        expect((await client.exchange(code)).status).to.equal(200);
      });
    }
  });
});
