/** The JSON API where an application has it: mounted with everything else, for the host's own sessions. */
import { expect } from 'chai';
import { browserOf } from '../support/consent.js';
import { startKitApp, type KitApp, type MountKind } from '../support/kit-app.js';
import { registerConsumer } from '../support/register-consumer.js';

for (const mount of ['root', 'path', 'stripped'] as const satisfies readonly MountKind[]) {
  describe(`The JSON API, mounted at ${mount}`, () => {
    let app: KitApp;
    before(async () => {
      app = await startKitApp({ mount });
    });
    after(() => app.close());

    const call = async (user: string, method: string, path: string, body?: object): Promise<Response> => {
      const browser = await browserOf(app.baseUrl, user);
      return fetch(`${app.baseUrl}/applinks/rest${path}`, {
        method,
        headers: {
          cookie: browser.cookies.header(new URL(app.baseUrl)),
          origin: new URL(app.baseUrl).origin,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    };

    it('makes a link, whose consumer can begin the dance, and deletes it', async () => {
      const credential = { key: `json-${mount}`, signatureMethod: 'HMAC-SHA1' };
      const created = await call('admin', 'POST', '/links', { name: 'By JSON', credential });
      expect(created.status).to.equal(201);
      const location = created.headers.get('location') ?? '';
      expect(location).to.match(
        new RegExp(`^${new URL(app.baseUrl).pathname.replace(/\/$/, '')}/applinks/rest/links/`),
      );
      const id = location.split('/').at(-1) ?? '';
      expect((await app.applinks.links.get(id)).name).to.equal('By JSON');
      expect((await call('admin', 'DELETE', `/links/${id}`)).status).to.be.oneOf([200, 204]);
      expect((await app.applinks.links.list()).map((link) => link.id)).not.to.include(id);
    });

    it('lists links to administrators only, and without any secret', async () => {
      const consumer = await registerConsumer(app);
      const answer = await call('admin', 'GET', '/links');
      expect(answer.status).to.equal(200);
      const text = await answer.text();
      expect(text)
        .to.include(consumer.identity.consumerKey)
        .and.not.to.match(/sealed|v1\.[0-9a-f]{8}\./i);
      expect((await call('ana', 'GET', '/links')).status).to.equal(403);
      expect((await fetch(`${app.baseUrl}/applinks/rest/links`)).status).to.equal(401);
    });
  });
}
