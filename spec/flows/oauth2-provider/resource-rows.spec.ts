/** What a bearer token opens: rows 32 to 35 of oauth2.md part 6, and 8.2 row 4. */
import { createServer, type RequestListener } from 'node:http';
import { expect } from 'chai';
import express, { Router } from 'express';
import passport from 'passport';
import { createApplinks, memoryStore, type Applinks } from 'express-applinks';
import { TestClock, minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { TestHost } from '../../support/kit-host.js';
import { listen } from '../../support/listen.js';
import { call, registerClient, type TestClient } from '../../support/oauth2-client.js';
import { storeKinds, type StorePlace } from '../../support/store-kinds.js';
import { send, type Answer } from '../../support/test-consumer.js';

const build = '/job/demo/build';

for (const [name, makePlace] of storeKinds) {
  describe(`oauth2.md part 6, resources (${name} store)`, () => {
    const clock = new TestClock();
    let place: StorePlace;
    let app: KitApp;
    let client: TestClient;
    before(async () => {
      place = makePlace();
      app = await startKitApp({
        store: place.open(),
        options: { clock: clock.now, scopes: { build: 'Start builds', read: 'Read logs' } },
      });
      client = await registerClient(app, {
        scopes: ['build', 'read'],
        accessTokenLifetimeMs: 24 * 60 * minuteMs,
      });
    });
    after(async () => {
      await app.close();
      place.remove();
    });

    /** Status, and the challenge without its realm. */
    const outcome = ({ status, headers }: Answer): [number, string | null] => [
      status,
      headers.get('www-authenticate')?.replace(/realm="[^"]*"(?:, )?/g, '') ?? null,
    ];
    const error = (code: string, text: string, more = ''): string =>
      `Bearer error="${code}", error_description="${text}"${more}`;
    const twice = error('invalid_request', 'Send the token in the Authorization header only.');
    const dead = error('invalid_token', 'The access token is unknown, expired or revoked.');

    describe('row 32: the token', () => {
      it('is in the header, whose scheme may be in any case', async () => {
        const { access } = await client.tokens();
        for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
          const answer = await send(app.baseUrl + build, {
            ...{ method: 'POST', headers: { authorization: `${scheme} ${access}` } },
          });
          expect(answer.status, scheme).to.equal(201);
          expect(answer.headers.get('www-authenticate')).to.equal(null);
        }
      });

      it('is nothing in the query or in a form', async () => {
        const { access } = await client.tokens();
        const inQuery = await send(`${app.baseUrl}${build}?access_token=x`, { method: 'POST' });
        expect(outcome(inQuery)).to.deep.equal([401, 'OAuth Bearer ']);
        const body = new URLSearchParams({ access_token: access });
        const inForm = await send(app.baseUrl + build, { method: 'POST', body });
        expect(outcome(inForm)).to.deep.equal([401, 'OAuth Bearer ']);
      });

      it('is refused when it is sent in two ways at once', async () => {
        const { access } = await client.tokens();
        expect(outcome(await call(app, access, `${build}?access_token=x`))).to.deep.equal([400, twice]);
        const body = new URLSearchParams({ access_token: 'x' });
        expect(outcome(await call(app, access, build, { body }))).to.deep.equal([400, twice]);
      });

      it('leaves the form to the handler', async () => {
        const { access } = await client.tokens();
        const answer = await call(app, access, build, { body: new URLSearchParams({ branch: 'a b' }) });
        expect(JSON.parse(answer.text)).to.deep.equal({ startedBy: 'ana', body: { branch: 'a b' } });
      });
    });

    describe('row 33: the challenge', () => {
      it('of each scheme, without an error, comes to who has no credentials', async () => {
        const answer = await send(app.baseUrl + build, { method: 'POST' });
        expect(answer.headers.get('www-authenticate')).to.equal(
          `OAuth realm="${encodeURIComponent(app.baseUrl)}", Bearer realm="${app.baseUrl}"`,
        );
      });

      it('says invalid_token for one that is unknown, expired or revoked', async () => {
        expect(outcome(await call(app, 'unknown'))).to.deep.equal([401, dead]);
        const short = await registerClient(app, { accessTokenLifetimeMs: minuteMs });
        const { access } = await short.tokens();
        clock.advance(minuteMs);
        expect(outcome(await call(app, access))).to.deep.equal([401, dead]);
        const other = await client.tokens();
        await client.revoke(other.access);
        expect(outcome(await call(app, other.access))).to.deep.equal([401, dead]);
        const body = JSON.parse((await call(app, 'unknown')).text) as unknown;
        expect(body).to.deep.equal({
          ...{
            error: 'invalid_token',
            error_description: 'The access token is unknown, expired or revoked.',
          },
        });
      });

      it('says invalid_token for a refresh token and for a code', async () => {
        const { refresh } = await client.tokens();
        expect(outcome(await call(app, refresh))).to.deep.equal([401, dead]);
        expect(outcome(await call(app, await client.code()))).to.deep.equal([401, dead]);
      });

      it('says invalid_token when the user is gone', async () => {
        const { id } = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
        const { access } = await client.tokens('leaver');
        expect((await call(app, access)).status).to.equal(201);
        app.host.users.delete(id);
        expect(outcome(await call(app, access))).to.deep.equal([401, dead]);
      });

      it('says insufficient_scope, and which', async () => {
        const { access } = await client.tokens('ana', { scope: 'read' });
        const told = error(
          'insufficient_scope',
          'The token does not include the scope of this resource.',
          ', scope="build"',
        );
        expect(outcome(await call(app, access))).to.deep.equal([403, told]);
        expect((await call(app, access, '/whois', { method: 'GET' })).status).to.equal(200);
      });

      for (const authorization of [
        'Bearer',
        'Bearer ',
        'Bearer a b',
        'Bearer "x"',
        `Bearer ${'x'.repeat(9000)}`,
      ]) {
        it(`says invalid_request for ${authorization.slice(0, 20)}`, async () => {
          const answer = await send(app.baseUrl + build, { method: 'POST', headers: { authorization } });
          const malformed = error('invalid_request', 'The Authorization header is malformed.');
          expect(outcome(answer)).to.deep.equal([400, malformed]);
        });
      }

      it('of OAuth comes to a signed request, never that of Bearer', async () => {
        const answer = await send(app.baseUrl + build, {
          ...{ method: 'POST', headers: { authorization: 'OAuth oauth_token="x"' } },
        });
        expect(answer.headers.get('www-authenticate'))
          .to.match(/^OAuth /)
          .and.not.to.match(/Bearer/);
      });

      it('of Bearer comes on an optional route too, whatever the session says', async () => {
        app.host.sessions.set('s', 'id-admin');
        const headers = { cookie: 'test_session=s' };
        const answer = await call(app, 'unknown', '/whoami', { method: 'GET', headers });
        expect(outcome(answer)).to.deep.equal([401, dead]);
        const { access } = await client.tokens();
        const who = await call(app, access, '/whoami', { method: 'GET', headers });
        expect(JSON.parse(who.text)).to.include({ caller: 'ana' });
      });
    });

    it('row 34: what is answered to a token is kept by no shared cache', async () => {
      const { access } = await client.tokens();
      expect((await call(app, access)).headers.get('cache-control')).to.equal('private');
      expect((await call(app, 'unknown')).headers.get('cache-control')).to.equal('no-store');
    });

    describe('row 35: one place decides who we are', () => {
      it('which is baseUrl, not a header', async () => {
        const headers = {
          host: 'evil.example.test',
          'x-forwarded-host': 'evil.example.test',
          'x-forwarded-proto': 'https',
        };
        const answer = await fetch(`${app.baseUrl}/.well-known/oauth-authorization-server`, { headers });
        expect(await answer.text()).not.to.include('evil');
      });

      it('and no other origin may read from it', async () => {
        const headers = { origin: 'https://evil.example.test' };
        for (const [path, method] of [
          ['authorize', 'GET'],
          ['token', 'POST'],
          ['token', 'OPTIONS'],
          ['revoke', 'OPTIONS'],
        ]) {
          const answer = await fetch(`${app.baseUrl}/oauth2/${path}`, { method: method!, headers });
          expect(
            [...answer.headers.keys()].filter((header) => header.startsWith('access-control')),
          ).to.deep.equal([]);
        }
      });

      it('a token of another installation is nothing here', async () => {
        const other = await startKitApp();
        try {
          const { access } = await (await registerClient(other)).tokens();
          expect(outcome(await call(app, access))).to.deep.equal([401, dead]);
        } finally {
          await other.close();
        }
      });
    });

    describe('what ends a token at once', () => {
      it('a link that is removed, or a client', async () => {
        const first = await registerClient(app);
        const tokens = await first.tokens();
        await app.applinks.links.remove(first.linkId);
        expect(outcome(await call(app, tokens.access))).to.deep.equal([401, dead]);
        const second = await registerClient(app);
        const { access, refresh } = await second.tokens();
        const link = await app.store.links.get(second.linkId);
        await app.store.links.update({ ...link!, clients: [] });
        expect(outcome(await call(app, access))).to.deep.equal([401, dead]);
        expect((await second.refresh(refresh)).json.error).to.equal('invalid_client');
      });

      it('an administrator who takes a scope, or tokens of its own, from the client', async () => {
        const own = await registerClient(app, { scopes: ['build', 'read'], allowClientCredentials: true });
        const { access } = await own.tokens('ana', { scope: 'build read' });
        const { json } = await own.token({ grant_type: 'client_credentials' });
        const whois = { method: 'GET' };
        expect((await call(app, String(json.access_token), '/whois', whois)).status).to.equal(200);
        await own.change((stored) => ({ ...stored, scopes: ['read'], allowClientCredentials: false }));
        expect((await call(app, access)).status).to.equal(403);
        expect((await call(app, access, '/whois', whois)).status).to.equal(200);
        expect(outcome(await call(app, String(json.access_token), '/whois', whois))).to.deep.equal([
          401,
          dead,
        ]);
        await own.change((stored) => ({ ...stored, scopes: ['build', 'read'] }));
        expect((await call(app, access)).status).to.equal(201);
      });

      it('a user who revokes', async () => {
        const { access, refresh } = await client.tokens('rob');
        await app.store.authorizations.revoke({ userId: 'id-rob' });
        expect(outcome(await call(app, access))).to.deep.equal([401, dead]);
        expect((await client.refresh(refresh)).json.error).to.equal('invalid_grant');
      });
    });

    it('notes that a token was used, and then only now and then', async () => {
      const own = await registerClient(app);
      const { access } = await own.tokens();
      const lastUse = async (): Promise<number | null | undefined> =>
        (await app.store.authorizations.list({ linkId: own.linkId }, { limit: 1, offset: 0 }))[0]
          ?.lastUsedAtMs;
      expect(await lastUse()).to.equal(null);
      await call(app, access);
      const first = await lastUse();
      expect(first).to.be.a('number');
      clock.advance(minuteMs / 2);
      await call(app, access);
      expect(await lastUse()).to.equal(first);
      clock.advance(minuteMs);
      await call(app, access);
      expect(await lastUse()).to.be.above(first!);
    });

    describe('8.2 row 4: the linking resources', () => {
      it('take a valid token where they take anybody, on manifest and status', async () => {
        const { access } = await client.tokens();
        for (const path of ['/rest/applinks/latest/manifest', '/rest/applinks/3.0/capabilities']) {
          expect((await call(app, access, path, { method: 'GET' })).status, path).to.equal(200);
        }
      });

      it('let nobody administer links, not even an administrator who has allowed every scope', async () => {
        const path = '/rest/applinks/latest/authenticationinfo';
        const { access } = await client.tokens('admin', { scope: 'build read' });
        for (const token of [access, 'unknown'])
          expect((await call(app, token, path, { method: 'GET' })).status).to.equal(401);
        const own = (await app.applinks.links.list()).find(({ clients }) => clients.length > 0)!;
        const applicationId = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
        await app.store.links.update({ ...own, applicationId });
        const removal = `/rest/applinks/1.0/applicationlink/${applicationId}`;
        expect((await call(app, access, removal, { method: 'DELETE' })).status).to.equal(401);
        expect(await app.applinks.links.get(own.id)).to.include({ applicationId });
      });
    });

    it('serves passport the same way through strategy()', async () => {
      const authenticator = new passport.Authenticator();
      authenticator.use('applinks', app.applinks.strategy());
      const host = express();
      const guard = authenticator.authenticate('applinks', {
        session: false,
        scope: 'build',
      }) as express.RequestHandler;
      host.post(build, guard, (req, res) => void res.json({ user: req.user, scheme: req.applink?.scheme }));
      const server = await listen(host);
      try {
        const through = (token: string): Promise<Answer> =>
          send(server.url + build, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
        const { access } = await client.tokens();
        const answer = await through(access);
        expect(answer.status, answer.text).to.equal(200);
        expect(JSON.parse(answer.text)).to.deep.include({ scheme: 'oauth2' });
        expect(outcome(await through('unknown'))).to.deep.equal([401, dead]);
        const { access: narrow } = await client.tokens('ana', { scope: 'read' });
        expect((await through(narrow)).status).to.equal(403);
        expect((await through(narrow)).headers.get('www-authenticate')).to.match(/^Bearer .*scope="build"$/);
      } finally {
        await server.close();
      }
    });
  });
}

describe('An application without scopes', () => {
  it('has one for OAuth 2.0 all the same, which opens what asks for none', async () => {
    const host = new TestHost('');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const baseUrl = `http://127.0.0.1:${port}`;
    const store = memoryStore();
    const applinks: Applinks = createApplinks({
      ...{ baseUrl, application: { name: 'Bare' }, store, host },
      keys: { encryption: [Buffer.alloc(32, 7).toString('base64')] },
      network: { allowInsecureLoopback: true },
    });
    const routes = Router();
    routes.get('/login', host.loginRoute);
    routes.use(applinks.router());
    routes.post(build, applinks.authenticate(), (req, res) => void res.json(req.applink?.scopes));
    server.on('request', express().use(routes) as RequestListener);
    try {
      await applinks.ready();
      const app: KitApp = {
        baseUrl,
        applinks,
        store,
        host,
        encryptionKey: '',
        close: () => applinks.close(),
      };
      const client = await registerClient(app, { scopes: ['access'] });
      const [, page] = await client.openConsent('ana', { scope: undefined });
      expect(page.text).to.include('Use Bare in your name');
      const { access } = await client.tokens('ana', { scope: 'access' });
      const answer = await call(app, access);
      expect([answer.status, answer.text]).to.deep.equal([200, '["access"]']);
      expect(() => applinks.authenticate({ scope: 'access' })).to.throw(/does not define/);
    } finally {
      server.closeAllConnections();
      server.close();
      await applinks.close();
    }
  });
});
