/** What an attacker tries with the authorization server; each is named after the attack (RFC 9700 section 4; oauth2.md part 6). */
import { expect } from 'chai';
import { memoryStore } from 'express-applinks';
import { createBrowser } from 'express-applinks/testing';
import { browserOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import {
  call,
  redirectUri,
  registerClient,
  tokensOf,
  type JsonAnswer,
  type TestClient,
} from '../../support/oauth2-client.js';
import { registerConsumer } from '../../support/register-consumer.js';
import { storeKinds } from '../../support/store-kinds.js';
import { watchedStore } from '../../support/watched-store.js';

const errorOf = ({ status, json }: JsonAnswer): [number, unknown] => [status, json.error];

describe('Attacks on the authorization server', () => {
  let app: KitApp;
  let client: TestClient;
  before(async () => {
    app = await startKitApp({ options: { scopes: { build: 'Start builds', admin: 'Anything' } } });
  });
  beforeEach(async () => {
    client = await registerClient(app, { scopes: ['build', 'admin'] });
  });
  after(() => app.close());

  it('code injection: a code of the attacker is worth nothing in the session of the victim', async () => {
    const ofAttacker = await client.code('rob');
    const answer = await client.exchange(ofAttacker, {
      code_verifier: 'verifier-of-the-session-of-the-victim-000000',
    });
    expect(errorOf(answer)).to.deep.equal([400, 'invalid_grant']);
  });

  it('PKCE downgrade: neither leaving the challenge out nor plain gets a code', async () => {
    for (const changes of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: client.verifier, code_challenge_method: 'plain' },
      { code_challenge: client.verifier, code_challenge_method: undefined },
    ]) {
      const [, page] = await client.openConsent('ana', changes);
      expect(page.status).to.equal(303);
      expect(page.header('location')).to.include('error=invalid_request').and.not.to.include('code=');
    }
  });

  describe('open redirect: no parameter leads anywhere but to the redirect URI', () => {
    const evil = 'https://evil.example.test/';
    const names = [
      ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'prompt', 'code_challenge'],
      ...[
        'code_challenge_method',
        'response_mode',
        'request_uri',
        'return_to',
        'returnTo',
        'applinks_started_at',
        'iss',
      ],
    ];
    for (const name of names) {
      it(name, async () => {
        for (const value of [
          evil,
          `//evil.example.test/`,
          `${redirectUri}\r\nLocation: ${evil}`,
          '/\\evil.example.test',
        ]) {
          const places = [
            client.authorizeUrl({ [name]: value }),
            `${client.authorizeUrl()}&${name}=${encodeURIComponent(value)}`,
          ];
          for (const url of places) {
            const browser = await browserOf(app.baseUrl, 'ana');
            const page = await browser.get(url);
            const last = page.forms.length > 0 ? await browser.submit(page, { button: 'authorize' }) : page;
            for (const answer of [page, last]) {
              const location = answer.header('location');
              if (location !== undefined)
                expect(location.startsWith(`${redirectUri}&`), location).to.equal(true);
            }
            const anonymous = await createBrowser({ redirects: 0 }).get(url);
            const { host } = new URL(anonymous.header('location') ?? app.baseUrl, app.baseUrl);
            expect(host).to.be.oneOf([new URL(app.baseUrl).host, new URL(redirectUri).host]);
          }
        }
      });
    }
  });

  it('scope escalation: neither with the code nor on renewal', async () => {
    const code = await client.code('ana', { scope: 'build' });
    const tokens = await client.exchange(code, { scope: 'build admin' });
    expect(tokens.json.scope).to.equal('build');
    const { refresh } = tokensOf(tokens);
    expect(errorOf(await client.refresh(refresh, { scope: 'build admin' }))).to.deep.equal([
      400,
      'invalid_scope',
    ]);
    const narrowed = await client.refresh(refresh, { scope: 'build' });
    expect(errorOf(await client.refresh(tokensOf(narrowed).refresh, { scope: 'admin' }))).to.deep.equal([
      ...[400, 'invalid_scope'],
    ]);
  });

  it('cross-client use: codes and tokens of one client are nothing to another, and stay alive', async () => {
    const other = await registerClient(app, { scopes: ['build', 'admin'] });
    const code = await client.code();
    expect(errorOf(await other.exchange(code, { code_verifier: client.verifier }))).to.deep.equal([
      ...[400, 'invalid_grant'],
    ]);
    const { access, refresh } = tokensOf(await client.exchange(code));
    expect(errorOf(await other.refresh(refresh))).to.deep.equal([400, 'invalid_grant']);
    expect((await other.revoke(access)).status).to.equal(200);
    expect((await call(app, access)).status).to.equal(201);
  });

  it('cross-client use: two clients of one link do not share anything either', async () => {
    const link = await app.store.links.get(client.linkId);
    const second = await registerClient(app);
    const moved = { ...second.client };
    await app.store.links.remove(second.linkId);
    await app.store.links.update({ ...link!, clients: [...link!.clients, moved] });
    const sibling = Object.assign(second, { linkId: client.linkId });
    const { refresh } = await client.tokens('ana', { scope: 'build' });
    expect(errorOf(await sibling.refresh(refresh))).to.deep.equal([400, 'invalid_grant']);
    expect((await client.refresh(refresh)).status).to.equal(200);
  });

  it('confusion of protocols: a consumer of OAuth 1.0a is no client, its tokens are no bearer tokens', async () => {
    const consumer = await registerConsumer(app);
    const secret = consumer.identity.signatureMethod === 'RSA-SHA1' ? '' : consumer.identity.consumerSecret;
    const asClient = await client.token({
      ...{
        grant_type: 'client_credentials',
        client_id: consumer.identity.consumerKey,
        client_secret: secret,
      },
    });
    expect(errorOf(asClient)).to.deep.equal([401, 'invalid_client']);
    const page = await createBrowser().get(client.authorizeUrl({ client_id: consumer.identity.consumerKey }));
    expect(page.status).to.equal(400);
    const { access } = await client.tokens();
    const signed = await consumer.call('POST', '/job/demo/build', { token: access, secret: '' });
    expect(signed.problem).to.equal('token_rejected');
    const byClientId = await fetch(`${app.baseUrl}/plugins/servlet/oauth/request-token`, {
      method: 'POST',
      body: new URLSearchParams({ oauth_consumer_key: client.client.clientId }),
    });
    expect(byClientId.status).to.be.oneOf([400, 401]);
  });

  it('a client id that looks like a property of an object is unknown', async () => {
    for (const client_id of ['__proto__', 'constructor', 'toString', "' or 1=1 --", '\u0000'])
      expect(
        errorOf(await client.token({ grant_type: 'refresh_token', refresh_token: 'x', client_id })),
      ).to.deep.equal([...[401, 'invalid_client']]);
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty']) {
      const [, page] = await client.openConsent('ana', { [name]: 'x', scope: name });
      expect(page.header('location')).to.include('error=invalid_scope');
    }
  });

  it('login by the attacker: a code for one user cannot be had with the form of another', async () => {
    const [browser, page] = await client.openConsent('ana');
    await browser.get(`${app.baseUrl}/login?user=rob`);
    expect((await browser.submit(page, { button: 'authorize' })).status).to.equal(403);
  });

  it('the store never receives a secret, code or token', async () => {
    const inner = watchedStore(memoryStore());
    const watched = await startKitApp({ store: inner.store });
    try {
      const own = await registerClient(watched, { type: 'atlassian' });
      const code = await own.code();
      const first = tokensOf(await own.exchange(code));
      const second = tokensOf(await own.refresh(first.refresh));
      await own.refresh(first.refresh);
      await call(watched, second.access);
      await own.revoke(second.refresh);
      for (const secret of [
        own.secret ?? '',
        code,
        first.access,
        first.refresh,
        second.access,
        second.refresh,
      ]) {
        expect(secret).not.to.equal('');
        expect(inner.given()).not.to.include(secret);
      }
    } finally {
      await watched.close();
    }
  });
});

describe('Replay from two processes at once', () => {
  const [, makePlace] = storeKinds[1]!;
  const place = makePlace();
  let first: KitApp;
  let second: KitApp;
  before(async () => {
    first = await startKitApp({ store: place.open() });
    const { host, encryptionKey } = first;
    second = await startKitApp({ store: place.open(), host, encryptionKey });
  });
  after(async () => {
    await first.close();
    await second.close();
    place.remove();
  });

  const both = async (
    client: TestClient,
    ask: (at: TestClient) => Promise<JsonAnswer>,
  ): Promise<JsonAnswer[]> => Promise.all([client, client.at(second), client, client.at(second)].map(ask));
  const winners = (answers: readonly JsonAnswer[]): JsonAnswer[] =>
    answers.filter(({ status }) => status === 200);

  for (let round = 1; round <= 5; round += 1) {
    it(`of a code: one wins (${round})`, async () => {
      const client = await registerClient(first);
      const code = await client.code();
      expect(winners(await both(client, (at) => at.exchange(code)))).to.have.length(1);
    });

    it(`of a refresh token: one wins, and all of an Atlassian cluster get the same (${round})`, async () => {
      const client = await registerClient(first);
      const { refresh } = await client.tokens();
      const won = winners(await both(client, (at) => at.refresh(refresh)));
      expect(won).to.have.length(1);
      expect((await call(second, tokensOf(won[0]!).access)).status).to.equal(201);
      const cluster = await registerClient(first, { type: 'atlassian' });
      const tokens = await cluster.tokens();
      const answers = await both(cluster, (at) => at.refresh(tokens.refresh));
      expect(new Set(answers.map((answer) => tokensOf(answer).refresh)).size).to.equal(1);
    });
  }

  it('a revocation in one is known in the other at once', async () => {
    const client = await registerClient(first);
    const { access, refresh } = await client.tokens();
    expect((await call(second, access)).status).to.equal(201);
    await client.revoke(refresh);
    expect((await call(second, access)).status).to.equal(401);
    expect((await client.at(second).refresh(refresh)).status).to.equal(400);
  });
});
