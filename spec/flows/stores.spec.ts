/** The provider once on each store: the dance, a replay, a revocation, and a restart in the middle of the dance. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { postgresStore, sqliteStore, type Store } from 'express-applinks';
import { allow, browserOf, consentUrl, locationOf } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { call, registerClient, tokensOf } from '../support/oauth2-client.js';
import { freshPostgres } from '../support/postgres.js';
import { registerConsumer } from '../support/register-consumer.js';
import { TestConsumer } from '../support/test-consumer.js';

const callback = 'https://bb.example.test/cb';

interface Place {
  open(): Store;
  remove(): Promise<void>;
}

const places: readonly [string, () => Promise<Place>][] = [
  [
    'SQLite',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'applinks-flow-'));
      const open = (): Store => sqliteStore(join(folder, 'applinks.db'));
      const remove = (): Promise<void> => {
        rmSync(folder, { recursive: true });
        return Promise.resolve();
      };
      return Promise.resolve({ open, remove });
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const database = await freshPostgres();
      return { open: () => postgresStore(database.url), remove: () => database.drop() };
    },
  ],
];

for (const [name, makePlace] of places) {
  describe(`The provider on ${name}`, () => {
    let place: Place;
    let app: KitApp;
    /** Ends the process's half and begins another on the same database; the people stay logged in. */
    const restart = async (): Promise<void> => {
      const { host, encryptionKey } = app;
      await app.close();
      app = await startKitApp({ store: place.open(), host, encryptionKey });
    };
    const again = (consumer: TestConsumer): TestConsumer => new TestConsumer(app.baseUrl, consumer.identity);

    before(async () => {
      place = await makePlace();
      app = await startKitApp({ store: place.open() });
    });
    after(async () => {
      await app.close();
      await place.remove();
    });

    it('does the whole dance, and refuses its replay', async () => {
      const consumer = await registerConsumer(app);
      const request = await consumer.requestToken(callback);
      const verifier = await allow(app.baseUrl, 'ana', request.token);
      const access = await consumer.accessToken(request, verifier);
      expect((await consumer.swap(request, verifier)).problem).to.equal('token_rejected');
      const signing = { nonce: 'n-store' };
      expect((await consumer.call('POST', '/job/demo/build', access, signing)).status).to.equal(201);
      expect((await consumer.call('POST', '/job/demo/build', access, signing)).problem).to.equal(
        'nonce_used',
      );
      const renewed = await consumer.renew(access, access.sessionHandle);
      expect(renewed.status).to.equal(200);
      expect((await consumer.call('POST', '/job/demo/build', access)).problem).to.equal('token_rejected');
    });

    it('does the flow of OAuth 2.0 across restarts, and refuses its replay', async () => {
      const client = await registerClient(app, { type: 'atlassian' });
      const code = await client.code();
      await restart();
      const first = tokensOf(await client.at(app).exchange(code));
      await restart();
      expect((await call(app, first.access)).status).to.equal(201);
      const renewals = Array.from({ length: 4 }, () => client.at(app).refresh(first.refresh));
      const next = new Set((await Promise.all(renewals)).map((answer) => tokensOf(answer).refresh));
      expect(next.size).to.equal(1);
      await restart();
      expect((await client.at(app).exchange(code)).json.error).to.equal('invalid_grant');
      expect((await call(app, first.access)).status).to.equal(401);
    });

    it('gives a code to one of many', async () => {
      const client = await registerClient(app);
      const code = await client.code();
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.exchange(code)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    });

    it('goes on after a restart at every step of the dance', async () => {
      const consumer = await registerConsumer(app);
      const request = await consumer.requestToken(callback);
      await restart();
      const browser = await browserOf(app.baseUrl, 'ana');
      const page = await browser.get(consentUrl(app.baseUrl, request.token));
      const { host, encryptionKey } = app;
      const { port } = new URL(app.baseUrl);
      await app.close();
      app = await startKitApp({ store: place.open(), host, encryptionKey, port: Number(port) });
      const back = new URL(locationOf(await browser.submit(page, { button: 'authorize' })));
      await restart();
      const verifier = back.searchParams.get('oauth_verifier') ?? '';
      const access = await again(consumer).accessToken(request, verifier);
      await restart();
      const answer = await again(consumer).call('POST', '/job/demo/build', access);
      expect(answer.status, answer.text).to.equal(201);
    });

    it('knows no client by an id with a null character', async () => {
      const client = await registerClient(app, { type: 'atlassian' });
      const [, page] = await client.openConsent('ana', { client_id: 'a\0b' });
      expect(page.status).to.equal(400);
      for (const changes of [{ client_id: 'a\0b' }, { client_id: 'a\0b', client_secret: undefined }])
        expect((await client.refresh('x', changes)).json.error).to.equal('invalid_client');
      const authorization = `Basic ${btoa('a%00b:x')}`;
      const bare = { grant_type: 'refresh_token', refresh_token: 'x', client_id: undefined };
      const inHeader = { ...bare, client_secret: undefined };
      expect((await client.token(inHeader, { headers: { authorization } })).status).to.equal(401);
    });

    it('knows nothing by a name with a null character', async () => {
      const browser = await browserOf(app.baseUrl, 'admin');
      for (const path of ['connect', 'callback/oauth1', 'admin/links', 'rest/links']) {
        const page = await browser.get(`${app.baseUrl}/applinks/${path}/%00`);
        expect(page.status, path).to.equal(404);
      }
    });
  });
}
