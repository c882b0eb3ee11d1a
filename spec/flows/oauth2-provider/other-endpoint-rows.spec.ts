/** Revocation, introspection and metadata: rows 29 to 31 of oauth2.md part 6. */
import { expect } from 'chai';
import { TestClock, minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp, type MountKind } from '../../support/kit-app.js';
import { call, registerClient, type ClientChanges, type TestClient } from '../../support/oauth2-client.js';
import { storeKinds, type StorePlace } from '../../support/store-kinds.js';

for (const [name, makePlace] of storeKinds) {
  describe(`oauth2.md part 6, revocation and introspection (${name} store)`, () => {
    const clock = new TestClock();
    let place: StorePlace;
    let app: KitApp;
    before(async () => {
      place = makePlace();
      const options = { clock: clock.now, oauth2: { introspection: true } };
      app = await startKitApp({ store: place.open(), options });
    });
    after(async () => {
      await app.close();
      place.remove();
    });

    const register = (changes: ClientChanges = {}): Promise<TestClient> => registerClient(app, changes);
    const statusOf = async (token: string): Promise<number> => (await call(app, token)).status;

    describe('row 29: revocation', () => {
      for (const hint of [undefined, 'refresh_token', 'access_token', 'something_else']) {
        it(`by a refresh token ends all (hint: ${hint ?? 'none'})`, async () => {
          const client = await register();
          const { access, refresh } = await client.tokens();
          const answer = await client.revoke(refresh, { token_type_hint: hint });
          expect([answer.status, answer.text]).to.deep.equal([200, '']);
          expect(answer.headers.get('cache-control')).to.equal('no-store');
          expect(await statusOf(access)).to.equal(401);
          expect((await client.refresh(refresh)).json.error).to.equal('invalid_grant');
        });
      }

      it('by a refresh token that was used ends all', async () => {
        const client = await register();
        const { refresh } = await client.tokens();
        const next = await client.refresh(refresh);
        expect((await client.revoke(refresh)).status).to.equal(200);
        expect(await statusOf(next.json.access_token as string)).to.equal(401);
      });

      it('by an access token ends that one', async () => {
        const client = await register();
        const { access, refresh } = await client.tokens();
        expect((await client.revoke(access, { token_type_hint: 'refresh_token' })).status).to.equal(200);
        expect(await statusOf(access)).to.equal(401);
        expect((await client.refresh(refresh)).status).to.equal(200);
      });

      it('of a token that is unknown, or of another client, is answered alike and does nothing', async () => {
        const client = await register();
        const other = await register();
        const { access, refresh } = await client.tokens();
        for (const token of [access, refresh, 'unknown'])
          expect((await other.revoke(token)).status).to.equal(200);
        expect(await statusOf(access)).to.equal(201);
        expect((await client.refresh(refresh)).status).to.equal(200);
      });

      it('needs the client and a token, and lets a public client name itself', async () => {
        const client = await register();
        const { access } = await client.tokens();
        const wrong = await client.revoke(access, { client_secret: 'wrong' });
        expect([wrong.status, wrong.json.error]).to.deep.equal([401, 'invalid_client']);
        const none = await client.revoke('');
        expect([none.status, none.json.error]).to.deep.equal([400, 'invalid_request']);
        expect(await statusOf(access)).to.equal(201);
        const open = await register({ type: 'public' });
        const tokens = await open.tokens();
        expect((await open.revoke(tokens.refresh)).status).to.equal(200);
        expect(await statusOf(tokens.access)).to.equal(401);
      });

      it('is heard of, once', async () => {
        const heard: unknown[] = [];
        app.applinks.on('access_token.revoked', (event) => heard.push(event));
        const client = await register();
        const { refresh } = await client.tokens();
        const [authorization] = await app.store.authorizations.list(
          { linkId: client.linkId },
          { limit: 2, offset: 0 },
        );
        await client.revoke(refresh);
        await client.revoke(refresh);
        const { linkId } = client;
        const credentialId = client.client.id;
        expect(heard).to.deep.equal([
          { tokenId: authorization?.id, linkId, credentialId, userId: 'id-ana', by: null },
        ]);
      });
    });

    describe('row 30: introspection', () => {
      it('tells a client about tokens of its link', async () => {
        const client = await register();
        const { access, refresh } = await client.tokens();
        const { json, headers } = await client.introspect(access);
        const { iat, exp, ...rest } = json;
        expect(Number(exp) - Number(iat)).to.equal(3600);
        expect(rest).to.deep.equal({
          active: true,
          token_type: 'Bearer',
          client_id: client.client.clientId,
          scope: 'build',
          iss: app.baseUrl,
          sub: 'id-ana',
          username: 'ana',
        });
        expect(headers.get('cache-control')).to.equal('no-store');
        expect((await client.introspect(refresh)).json)
          .to.include({ active: true })
          .and.not.to.have.key('token_type');
      });

      it('says nothing but inactive of all others', async () => {
        const client = await register();
        const other = await register();
        const first = await client.tokens();
        const second = await client.refresh(first.refresh);
        const isInactive = async (token: string, by = client): Promise<void> => {
          const answer = await by.introspect(token);
          expect([answer.status, answer.text]).to.deep.equal([200, '{"active":false}']);
        };
        await isInactive('unknown');
        await isInactive(first.refresh);
        await isInactive(second.json.access_token as string, other);
        await isInactive(second.json.refresh_token as string, other);
        clock.advance(60 * minuteMs);
        await isInactive(second.json.access_token as string);
      });

      it('tells what an administrator has left to the client', async () => {
        const client = await register({ allowClientCredentials: true });
        const { access } = await client.tokens();
        const own = String((await client.token({ grant_type: 'client_credentials' })).json.access_token);
        expect((await client.introspect(own)).json).to.include({ active: true, scope: 'build' });
        await client.change((stored) => ({ ...stored, scopes: ['other'], allowClientCredentials: false }));
        expect((await client.introspect(access)).json).to.include({ active: true, scope: '' });
        expect((await client.introspect(own)).text).to.equal('{"active":false}');
      });

      it('needs a client with a secret', async () => {
        const open = await register({ type: 'public' });
        const { access } = await open.tokens();
        expect((await open.introspect(access)).json.error).to.equal('invalid_client');
        const client = await register();
        expect((await client.introspect(access, { client_secret: 'wrong' })).json.error).to.equal(
          'invalid_client',
        );
      });
    });
  });
}

describe('oauth2.md part 6, row 30: introspection', () => {
  it('is off by default', async () => {
    const app = await startKitApp();
    try {
      const client = await registerClient(app);
      expect((await client.introspect('x')).status).to.equal(404);
    } finally {
      await app.close();
    }
  });
});

describe('oauth2.md part 6, row 31: metadata', () => {
  const suffix: Record<MountKind, string> = { root: '', path: '/ci', stripped: '/ci' };
  for (const mount of ['root', 'path', 'stripped'] as const) {
    it(`is below the base URL, and where RFC 8414 has it (${mount})`, async () => {
      const app = await startKitApp({ mount });
      try {
        const { baseUrl } = app;
        const { origin } = new URL(baseUrl);
        const read = async (url: string): Promise<unknown> => (await fetch(url)).json();
        const document = await read(`${baseUrl}/.well-known/oauth-authorization-server`);
        expect(document).to.deep.equal({
          issuer: baseUrl,
          authorization_endpoint: `${baseUrl}/oauth2/authorize`,
          token_endpoint: `${baseUrl}/oauth2/token`,
          revocation_endpoint: `${baseUrl}/oauth2/revoke`,
          scopes_supported: ['build'],
          response_types_supported: ['code'],
          response_modes_supported: ['query'],
          grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
          revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        });
        const places = [`${baseUrl}/rest/oauth2/latest/.well-known/oauth-authorization-server`];
        // A proxy that strips the path sends nothing from outside of it.
        if (mount !== 'stripped')
          places.push(`${origin}/.well-known/oauth-authorization-server${suffix[mount]}`);
        for (const url of places) expect(await read(url), url).to.deep.equal(document);
      } finally {
        await app.close();
      }
    });
  }

  for (const path of ['/a+b(c)', '/a:b', '/a*b.c'])
    it(`is where RFC 8414 has it and nowhere else, whatever the path says (${path})`, async () => {
      const app = await startKitApp({ options: { baseUrl: `https://ci.example.test${path}` } });
      try {
        const statusAt = async (at: string): Promise<number> =>
          (await fetch(`${app.baseUrl}/.well-known/oauth-authorization-server${at}`)).status;
        expect(await statusAt(path)).to.equal(200);
        for (const other of ['/aZ', '/aab', '/aXbXc', `${path}x`])
          expect(await statusAt(other)).to.equal(404);
      } finally {
        await app.close();
      }
    });

  it('names introspection where it is on, and takes no other method', async () => {
    const app = await startKitApp({ options: { oauth2: { introspection: true } } });
    try {
      const url = `${app.baseUrl}/.well-known/oauth-authorization-server`;
      expect(await (await fetch(url)).json()).to.include({
        introspection_endpoint: `${app.baseUrl}/oauth2/introspect`,
      });
      expect((await fetch(url, { method: 'POST' })).status).to.equal(405);
    } finally {
      await app.close();
    }
  });
});
