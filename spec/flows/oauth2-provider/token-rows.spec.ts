/** The token endpoint, rows 10, 11, 16 to 21, 27 and 28 of oauth2.md part 6, and client credentials. */
import { expect } from 'chai';
import type { EventName } from 'express-applinks';
import { TestClock, minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import {
  call,
  digestOf,
  encode,
  post,
  registerClient,
  tokensOf,
  type ClientChanges,
  type JsonAnswer,
  type TestClient,
} from '../../support/oauth2-client.js';
import { storeKinds, type StorePlace } from '../../support/store-kinds.js';

const legible = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

for (const [name, makePlace] of storeKinds) {
  describe(`oauth2.md part 6, the token endpoint (${name} store)`, () => {
    const clock = new TestClock();
    let place: StorePlace;
    let app: KitApp;
    const heard: EventName[] = [];
    before(async () => {
      place = makePlace();
      app = await startKitApp({ store: place.open(), options: { clock: clock.now } });
      for (const event of [
        'authorization_code.replayed',
        'access_token.revoked',
        'access_token.issued',
      ] as const)
        app.applinks.on(event, () => heard.push(event));
    });
    beforeEach(() => heard.splice(0));
    after(async () => {
      await app.close();
      place.remove();
    });

    const register = (changes: ClientChanges = {}): Promise<TestClient> => registerClient(app, changes);
    const expectError = (answer: JsonAnswer, status: number, error: string): void => {
      expect([answer.status, answer.json.error], answer.text).to.deep.equal([status, error]);
      expect(Object.keys(answer.json)).to.deep.equal(['error', 'error_description']);
      expect(answer.json.error_description).to.match(legible);
      expect(answer.headers.get('content-type')).to.equal('application/json;charset=UTF-8');
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.headers.get('location')).to.equal(null);
    };

    it('row 10: refuses a verifier for a code that was issued without a challenge', async () => {
      const client = await register({ type: 'atlassian' });
      const code = await client.code();
      expectError(await client.exchange(code, { code_verifier: client.verifier }), 400, 'invalid_grant');
      expect((await client.exchange(code)).status).to.equal(200);
    });

    describe('row 11: a code', () => {
      it('works once; when it comes again, all that came of it ends', async () => {
        const client = await register();
        const code = await client.code();
        const first = tokensOf(await client.exchange(code));
        const second = tokensOf(await client.refresh(first.refresh));
        expectError(await client.exchange(code), 400, 'invalid_grant');
        expect((await call(app, second.access)).status).to.equal(401);
        expectError(await client.refresh(second.refresh), 400, 'invalid_grant');
        expect(heard).to.deep.equal([
          ...['access_token.issued', 'authorization_code.replayed', 'access_token.revoked'],
        ]);
      });

      it('ends nothing when who sends it again is not the client', async () => {
        const client = await register();
        const other = await register();
        const code = await client.code();
        const { access } = tokensOf(await client.exchange(code));
        expectError(await client.exchange(code, { client_secret: 'wrong' }), 401, 'invalid_client');
        expectError(await client.exchange(code, { client_secret: undefined }), 401, 'invalid_client');
        expectError(await other.exchange(code, { code_verifier: client.verifier }), 400, 'invalid_grant');
        expect((await call(app, access)).status).to.equal(201);
        expect(heard).to.deep.equal(['access_token.issued']);
      });

      it('is given to one of many at the same moment', async () => {
        for (const type of ['atlassian', 'confidential', 'public'] as const) {
          const client = await register({ type });
          const code = await client.code();
          const answers = await Promise.all(Array.from({ length: 8 }, () => client.exchange(code)));
          expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
          for (const refused of answers.filter(({ status }) => status !== 200))
            expectError(refused, 400, 'invalid_grant');
        }
      });

      it('lives for a minute, also as something that may not come again', async () => {
        const client = await register();
        const code = await client.code();
        clock.advance(minuteMs - 2000);
        const inTime = await client.code();
        clock.advance(2001);
        expectError(await client.exchange(code), 400, 'invalid_grant');
        expect((await client.exchange(inTime)).status).to.equal(200);
      });

      it('belongs to the client, the redirect URI and the user', async () => {
        const client = await register({
          redirectUris: ['https://a.example.test/', 'https://b.example.test/'],
        });
        const code = await client.code();
        for (const redirect_uri of ['https://b.example.test/', 'https://a.example.test', undefined, ''])
          expectError(await client.exchange(code, { redirect_uri }), 400, 'invalid_grant');
        const { id } = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
        const ofLeaver = await client.code('leaver');
        app.host.users.delete(id);
        expectError(await client.exchange(ofLeaver), 400, 'invalid_grant');
      });

      it('is stored as a digest, and gives what the client may still have', async () => {
        const client = await register();
        const code = await client.code();
        expect(await app.store.codes.get(code)).to.equal(undefined);
        expect(await app.store.codes.get(digestOf(code))).to.include({
          redirectUri: client.client.redirectUris[0]!.uri,
        });
        await client.change((stored) => ({ ...stored, scopes: ['other'] }));
        expectError(await client.exchange(code), 400, 'invalid_scope');
      });

      it('dies with its client', async () => {
        const client = await register();
        const code = await client.code();
        await app.applinks.links.remove(client.linkId);
        expectError(await client.exchange(code), 401, 'invalid_client');
        expect(await app.store.codes.get(digestOf(code))).to.equal(undefined);
      });
    });

    describe('row 16: the request', () => {
      it('is a POST', async () => {
        for (const path of ['/oauth2/token', '/oauth2/revoke', '/rest/oauth2/latest/token']) {
          const answer = await fetch(app.baseUrl + path);
          expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST']);
        }
      });

      it('is a form of 16 KiB at most', async () => {
        const client = await register();
        const url = `${app.baseUrl}/oauth2/token`;
        const json = await post(url, '{}', { headers: { 'Content-Type': 'application/json' } });
        expectError(json, 415, 'invalid_request');
        const compressed = { headers: { 'Content-Encoding': 'gzip' } };
        expectError(await post(url, 'x', compressed), 415, 'invalid_request');
        expectError(
          await client.token({ grant_type: 'x', padding: 'x'.repeat(16 * 1024) }),
          413,
          'invalid_request',
        );
      });

      it('is not read from the query', async () => {
        const client = await register();
        const parameters = { client_id: client.client.clientId, client_secret: client.secret };
        const code = await client.code();
        const grant = { grant_type: 'authorization_code', code, code_verifier: client.verifier };
        const query = encode({ ...parameters, ...grant });
        const answer = await fetch(`${app.baseUrl}/oauth2/token?${query}`, {
          ...{ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        });
        expect(await answer.json()).to.include({ error: 'invalid_request' });
        const mixed = await post(`${app.baseUrl}/oauth2/token?${encode(parameters)}`, encode(grant));
        expectError(mixed, 401, 'invalid_client');
      });

      it('has each parameter once', async () => {
        const client = await register();
        const { clientId } = client.client;
        const body = encode({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: client.secret,
        });
        const url = `${app.baseUrl}/oauth2/token`;
        for (const more of [
          'grant_type=client_credentials',
          `client_id=${clientId}`,
          'client_secret=x',
          'x=1&x=1',
        ])
          expectError(await post(url, `${body}&${more}`), 400, 'invalid_request');
      });

      it('names a grant that there is', async () => {
        const client = await register();
        expectError(await client.token({}), 400, 'invalid_request');
        for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
          expectError(await client.token({ grant_type }), 400, 'unsupported_grant_type');
        expectError(await client.token({ grant_type: 'authorization_code' }), 400, 'invalid_request');
        expectError(await client.token({ grant_type: 'refresh_token' }), 400, 'invalid_request');
      });
    });

    describe('row 17: a client proves itself', () => {
      const bare = { client_id: undefined, client_secret: undefined };

      for (const type of ['atlassian', 'confidential'] as const) {
        it(`by Basic or in the body, by one of them (${type})`, async () => {
          const client = await register({ type });
          const grant = async () => ({
            grant_type: 'refresh_token',
            refresh_token: (await client.tokens()).refresh,
          });
          const headers = client.basic();
          expect((await client.token({ ...(await grant()), ...bare }, { headers })).status).to.equal(200);
          expect((await client.token(await grant())).status).to.equal(200);
          expectError(await client.token(await grant(), { headers }), 400, 'invalid_request');
          const named = { ...(await grant()), client_secret: undefined };
          expect((await client.token(named, { headers })).status).to.equal(200);
          const other = { ...(await grant()), ...bare, client_id: 'other' };
          expectError(await client.token(other, { headers }), 400, 'invalid_request');
        });
      }

      it('with both parts of Basic form-encoded', async () => {
        const client = await register();
        const secret = 'a b+c%d:é/';
        await client.change((stored) => ({
          ...stored,
          secrets: [{ digest: digestOf(secret), expiresAtMs: null }],
        }));
        const grant = { grant_type: 'refresh_token', refresh_token: 'x', ...bare };
        const answer = await client.token(grant, { headers: client.basic(secret) });
        expectError(answer, 400, 'invalid_grant');
        const raw = Buffer.from(`${client.client.clientId}:${secret}`).toString('base64');
        const unencoded = await client.token(grant, { headers: { authorization: `Basic ${raw}` } });
        expectError(unencoded, 401, 'invalid_client');
      });

      it('by the secret that was replaced, too, until its time is over', async () => {
        const client = await register();
        const expiresAtMs = clock.now() + minuteMs;
        const [old] = client.client.secrets;
        await client.change((stored) => ({
          ...stored,
          secrets: [
            { digest: digestOf('the-new-secret'), expiresAtMs: null },
            { ...old!, expiresAtMs },
          ],
        }));
        const grant = { grant_type: 'refresh_token', refresh_token: 'x' };
        expectError(await client.token(grant), 400, 'invalid_grant');
        expectError(await client.token({ ...grant, client_secret: 'the-new-secret' }), 400, 'invalid_grant');
        clock.advance(minuteMs);
        expectError(await client.token(grant), 401, 'invalid_client');
        expectError(await client.token({ ...grant, client_secret: 'the-new-secret' }), 400, 'invalid_grant');
      });
    });

    describe('row 18: bad credentials', () => {
      const grant = { grant_type: 'refresh_token', refresh_token: 'x' };

      it('are invalid_client, told by the header only to who used it', async () => {
        const client = await register();
        const inBody = await client.token({ ...grant, client_secret: 'wrong' });
        expectError(inBody, 401, 'invalid_client');
        expect(inBody.headers.get('www-authenticate')).to.equal(null);
        const bare = { ...grant, client_id: undefined, client_secret: undefined };
        const inHeader = await client.token(bare, { headers: client.basic('wrong') });
        expectError(inHeader, 401, 'invalid_client');
        expect(inHeader.headers.get('www-authenticate')).to.match(/^Basic realm="http/);
        for (const authorization of ['Basic', 'Basic !!!', 'Basic Og==', `Basic ${btoa('%zz:x')}`]) {
          expectError(await client.token(bare, { headers: { authorization } }), 401, 'invalid_client');
        }
      });

      it('say the same for an unknown client and for a wrong, a missing or an unasked secret', async () => {
        const client = await register();
        const open = await register({ type: 'public' });
        const texts = await Promise.all([
          client.token({ ...grant, client_secret: 'wrong' }),
          client.token({ ...grant, client_secret: undefined }),
          client.token({ ...grant, client_id: 'unknown' }),
          client.token({ ...grant, client_id: 'x'.repeat(1000) }),
          open.token({ ...grant, client_secret: 'unasked' }),
        ]);
        expect(new Set(texts.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1);
        expectError(texts[0], 401, 'invalid_client');
      });
    });

    it('row 19: success is 200, JSON, stored nowhere, with five members of the right kind', async () => {
      for (const type of ['atlassian', 'confidential', 'public'] as const) {
        const client = await register({ type });
        const first = await client.exchange(await client.code());
        const second = await client.refresh(tokensOf(first).refresh);
        for (const answer of [first, second]) {
          expect(answer.status).to.equal(200);
          expect(answer.headers.get('content-type')).to.equal('application/json;charset=UTF-8');
          expect(answer.headers.get('cache-control')).to.equal('no-store');
          expect(answer.headers.get('pragma')).to.equal('no-cache');
          const { access_token, refresh_token, ...rest } = answer.json;
          expect(access_token).to.match(/^[\w-]{43}$/);
          expect(refresh_token).to.match(/^[\w-]{43}$/);
          expect(rest).to.deep.equal({ token_type: 'Bearer', expires_in: 3600, scope: 'build' });
        }
      }
    });

    it('row 20: an error is JSON in plain ASCII, whatever was sent', async () => {
      const client = await register();
      for (const odd of ['"quoted\\"', 'ü✓', '<b>', 'x\r\ny'])
        expectError(await client.token({ grant_type: odd }), 400, 'unsupported_grant_type');
    });

    it('row 21: accepts a scope with the code, and ignores it', async () => {
      const client = await register();
      for (const scope of ['build', 'deploy', 'a  b'])
        expect((await client.exchange(await client.code(), { scope })).json.scope).to.equal('build');
    });

    it('row 27: keeps digests of tokens and secrets only', async () => {
      const client = await register({ type: 'atlassian' });
      const { access, refresh } = await client.tokens();
      expect(await app.store.authorizations.findByAccessToken(access)).to.equal(undefined);
      expect(await app.store.authorizations.findByAccessToken(digestOf(access))).not.to.equal(undefined);
      expect(await app.store.authorizations.findByRefreshToken(digestOf(refresh))).not.to.equal(undefined);
    });

    it('row 28: takes the headers of an Atlassian client', async () => {
      const client = await register({ type: 'atlassian' });
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
        Accept: 'application/json',
        'x-atlassian-token': 'no-check',
        'User-Agent': '',
      };
      const grant = {
        grant_type: 'refresh_token',
        refresh_token: (await client.tokens()).refresh,
        scope: 'build',
      };
      for (const path of ['/oauth2/token', '/rest/oauth2/latest/token']) {
        const answer = await client.token({ ...grant, unknown: 'x' }, { headers }, path);
        expect(answer.status, answer.text).to.equal(200);
      }
      const other = { authorization: 'Negotiate abc' };
      expect((await client.token(grant, { headers: other })).status).to.equal(200);
    });

    describe('client credentials', () => {
      const grant = { grant_type: 'client_credentials' };

      it('give a token without a user and without a refresh token, where the client may', async () => {
        const client = await register({ allowClientCredentials: true });
        const { status, json } = await client.token({ ...grant, scope: 'build' });
        expect([status, Object.keys(json)]).to.deep.equal([
          ...[200, ['access_token', 'token_type', 'expires_in', 'scope']],
        ]);
        const token = String(json.access_token);
        const who = await call(app, token, '/whois', { method: 'GET' });
        expect(JSON.parse(who.text)).to.deep.equal({ link: 'Bitbucket', user: null });
        const needsUser = await call(app, token);
        expect(needsUser.status).to.equal(403);
        expect(needsUser.headers.get('www-authenticate')).to.match(/^Bearer .*error="insufficient_scope"/);
        expect((await client.revoke(token)).status).to.equal(200);
        expect((await call(app, token, '/whois', { method: 'GET' })).status).to.equal(401);
        expect(
          await app.store.authorizations.list({ linkId: client.linkId }, { limit: 9, offset: 0 }),
        ).to.deep.equal([]);
      });

      it('give nothing to others, and no more than the client may have', async () => {
        expectError(await (await register()).token(grant), 400, 'unauthorized_client');
        const open = await register({ type: 'public', allowClientCredentials: true });
        expectError(await open.token(grant), 400, 'unauthorized_client');
        const client = await register({ allowClientCredentials: true });
        expectError(await client.token({ ...grant, scope: 'build more' }), 400, 'invalid_scope');
      });
    });
  });
}

describe('oauth2.md part 6, row 27: guessing', () => {
  let app: KitApp;
  const clock = new TestClock();
  before(async () => {
    app = await startKitApp({ limitFailures: true, options: { clock: clock.now } });
  });
  after(() => app.close());

  it('of secrets is slowed down, for known and unknown clients alike', async () => {
    const client = await registerClient(app);
    const grant = { grant_type: 'refresh_token', refresh_token: 'x', client_secret: 'wrong' };
    for (const client_id of [client.client.clientId, 'unknown']) {
      const statuses: number[] = [];
      for (let i = 0; i < 32; i += 1) statuses.push((await client.token({ ...grant, client_id })).status);
      expect(new Set(statuses.slice(0, 29))).to.deep.equal(new Set([401]));
      expect(statuses.slice(-2)).to.deep.equal([429, 429]);
      const limited = await client.token({ ...grant, client_id });
      expect(limited.json.error).to.equal('temporarily_unavailable');
      expect(Number(limited.headers.get('retry-after'))).to.be.within(1, 60);
      clock.advance(minuteMs);
    }
  });

  it('locks out nobody for what is no guess: codes, tokens, scopes', async () => {
    const client = await registerClient(app, { type: 'atlassian' });
    for (let i = 0; i < 40; i += 1) {
      expect((await client.refresh('dead')).status).to.equal(400);
      expect((await client.exchange('dead')).status).to.equal(400);
    }
    expect((await client.exchange(await client.code())).status).to.equal(200);
  });
});
