/** Who gets at which JSON route, from where and in what form: every route of plugin/admin/rest.ts. */
import { expect } from 'chai';
import type { AccessToken, Link } from 'express-applinks';
import { grantedToken } from './kit-services.js';
import { errorOf, startRestApp, type RestApp } from './rest-app.js';

type Audience = 'admin' | 'user';

/** Method, path, audience; with a body where there is one. */
const routes: readonly [string, string, Audience, object?][] = [
  ['GET', '/links', 'admin'],
  ['POST', '/links', 'admin', { name: 'Jira' }],
  ['GET', '/links/:id', 'admin'],
  ['PUT', '/links/:id', 'admin', { name: 'Changed' }],
  ['DELETE', '/links/:id', 'admin'],
  ['POST', '/links/:id/credentials', 'admin', { key: 'new', signatureMethod: 'HMAC-SHA1' }],
  ['PUT', '/links/:id/credentials/:credential', 'admin', { scopes: [] }],
  ['DELETE', '/links/:id/credentials/:credential', 'admin'],
  ['POST', '/links/:id/credentials/:credential/secret', 'admin', {}],
  ['GET', '/tokens', 'user'],
  ['DELETE', '/tokens', 'user'],
  ['DELETE', '/tokens/:token', 'user'],
  ['GET', '/admin/tokens', 'admin'],
  ['DELETE', '/admin/tokens?userId=id-ana', 'admin'],
  ['DELETE', '/admin/tokens/:token', 'admin'],
];
const changing = routes.filter(([method]) => method !== 'GET');
const withBody = routes.filter(([, , , body]) => body !== undefined);

describe('Access to the JSON routes', () => {
  let app: RestApp;
  let link: Link;
  let token: AccessToken;
  beforeEach(async () => {
    app = await startRestApp();
    ({ link } = await app.links.create({
      name: 'Bitbucket',
      credential: { key: 'bb', signatureMethod: 'HMAC-SHA1' },
    }));
    token = await grantedToken(app.store, link, 'id-ana');
    app.events.length = 0;
  });
  afterEach(() => app.close());

  const fill = (path: string): string =>
    path
      .replace(':id', link.id)
      .replace(':credential', link.incoming[0]?.id ?? '')
      .replace(':token', token.id);
  const nothingHasChanged = async (): Promise<void> => {
    expect(await app.store.links.list()).to.deep.equal([link]);
    expect(await app.store.accessTokens.get(token.digest)).to.deep.equal(token);
    expect(app.events).to.be.empty;
  };

  for (const [method, path, audience, json] of routes) {
    it(`lets nobody ${method} ${path} without a session`, async () => {
      const reply = await app.call(method, fill(path), { json });
      expect(errorOf(reply)).to.equal('401 login_required');
      expect(reply.text).not.to.include(link.name).and.not.to.include(token.id);
      await nothingHasChanged();
    });

    if (audience === 'admin') {
      it(`lets no user ${method} ${path} who is no administrator`, async () => {
        const reply = await app.call(method, fill(path), { as: 'ana', json });
        expect(errorOf(reply)).to.equal('403 forbidden');
        expect(reply.text).not.to.include(link.name).and.not.to.include(token.id);
        await nothingHasChanged();
      });
    }

    it(`lets ${audience === 'admin' ? 'an administrator' : 'its owner'} ${method} ${path}`, async () => {
      const reply = await app.call(method, fill(path), { as: audience === 'admin' ? 'admin' : 'ana', json });
      expect(reply.status, reply.text).to.be.oneOf([200, 201, 204]);
      expect(reply.headers.get('cache-control')).to.equal('no-store');
      expect(reply.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(reply.headers.get('cross-origin-resource-policy')).to.equal('same-origin');
    });
  }

  for (const [method, path, audience, json] of changing) {
    const as = audience === 'admin' ? 'admin' : 'ana';

    it(`refuses ${method} ${path} from another site, whatever the cookie says`, async () => {
      const foreign: Record<string, string | null>[] = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: null },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'cross-site', origin: app.origin },
        { origin: `${app.origin}.evil.example` },
      ];
      for (const headers of foreign) {
        const reply = await app.call(method, fill(path), { as, json, headers });
        expect(errorOf(reply), JSON.stringify(headers)).to.equal('403 csrf_rejected');
        expect(reply.text).to.include(app.origin);
      }
      await nothingHasChanged();
    });

    it(`takes ${method} ${path} from a page of ours`, async () => {
      const headers = { 'sec-fetch-site': 'same-origin', origin: null };
      const reply = await app.call(method, fill(path), { as, json, headers });
      expect(reply.status, reply.text).to.be.oneOf([200, 201, 204]);
    });
  }

  for (const [method, path, , json] of withBody) {
    it(`refuses ${method} ${path} in any form but JSON, as a page of another site could send it`, async () => {
      const types = [
        null,
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ];
      for (const type of [
        ...types,
        'application/jsonp',
        'text/json',
        'application/json5;a=b',
        'x application/json',
      ]) {
        const body = Buffer.from(JSON.stringify(json));
        const reply = await app.call(method, fill(path), {
          as: 'admin',
          body,
          headers: { 'content-type': type },
        });
        expect(errorOf(reply), String(type)).to.equal('415 unsupported_media_type');
      }
      await nothingHasChanged();
    });

    it(`refuses ${method} ${path} with a body that is too long, compressed or no JSON`, async () => {
      const send = async (
        body: string | Uint8Array,
        headers: Record<string, string> = {},
      ): Promise<string> => {
        const type = { 'content-type': 'application/json; charset=utf-8', ...headers };
        return errorOf(await app.call(method, fill(path), { as: 'admin', body, headers: type }));
      };
      expect(await send(JSON.stringify({ name: 'x'.repeat(1024 * 1024) }))).to.equal('413 payload_too_large');
      expect(await send('{}', { 'content-encoding': 'gzip' })).to.equal('415 unsupported_media_type');
      const broken = ['', '{', 'name=x', '{"name":"x"', '[', 'undefined', '['.repeat(200_000), "{'name':1}"];
      for (const body of broken) expect(await send(body), body.slice(0, 20)).to.equal('400 invalid_input');
      expect(await send(Buffer.from([0x22, 0xff, 0x22]))).to.equal('400 invalid_input');
      expect(await send('null')).to.equal('400 invalid_input');
      expect(await send('[]')).to.equal('400 invalid_input');
      expect(await send('{"__proto__":{"name":"x"},"x":1}')).to.equal('400 invalid_input');
      await nothingHasChanged();
    });
  }

  it('asks who it is before it looks at the body', async () => {
    const body = 'x'.repeat(2 * 1024 * 1024);
    const headers = { 'content-type': 'text/plain' };
    expect(errorOf(await app.call('POST', '/links', { body, headers }))).to.equal('401 login_required');
    expect(errorOf(await app.call('POST', '/links', { as: 'rob', body, headers }))).to.equal('403 forbidden');
  });

  it('takes no OAuth credentials for a session', async () => {
    const headers = { authorization: 'OAuth oauth_token="x"' };
    expect(errorOf(await app.call('GET', '/links', { headers }))).to.equal('401 login_required');
  });

  for (const [path, allow] of [
    ['/links', 'GET, POST, HEAD'],
    ['/links/:id', 'GET, PUT, DELETE, HEAD'],
    ['/links/:id/credentials', 'POST'],
    ['/links/:id/credentials/:credential', 'PUT, DELETE'],
    ['/links/:id/credentials/:credential/secret', 'POST'],
    ['/tokens', 'GET, DELETE, HEAD'],
    ['/tokens/:token', 'DELETE'],
    ['/admin/tokens', 'GET, DELETE, HEAD'],
    ['/admin/tokens/:token', 'DELETE'],
  ] as const) {
    it(`answers other methods of ${path} with 405`, async () => {
      const reply = await app.call('PATCH', fill(path), { as: 'admin', json: {} });
      expect(reply.status).to.equal(405);
      expect(reply.headers.get('allow')).to.equal(allow);
      await nothingHasChanged();
    });
  }

  it('answers HEAD without a body', async () => {
    const reply = await app.call('HEAD', '/links', { as: 'admin' });
    expect([reply.status, reply.text]).to.deep.equal([200, '']);
  });

  it('works on Express 4 as on 5', async () => {
    const old = await startRestApp(4);
    try {
      const json = { name: 'Bitbucket', credential: { key: 'bb', signatureMethod: 'HMAC-SHA1' } };
      expect((await old.call('POST', '/links', { as: 'admin', json })).status).to.equal(201);
      expect((await old.call('PATCH', '/links', { as: 'admin' })).status).to.equal(405);
      expect((await old.call('GET', '/links/none', { as: 'admin' })).status).to.equal(404);
      expect((await old.call('GET', '/tokens', { as: 'ana' })).json).to.deep.equal({
        tokens: [],
        next: null,
      });
    } finally {
      await old.close();
    }
  });
});
