/** The whole dance over HTTP, on every mount that design.md promises, on Express 4 and 5. */
import { expect } from 'chai';
import { startKitApp, type KitApp, type KitAppOptions } from '../support/kit-app.js';
import { allow, locationOf, press } from '../support/consent.js';
import { registerConsumer } from '../support/register-consumer.js';

const callback =
  'https://bb.example.test/plugins/servlet/applinks/oauth/login-dance/access?applicationLinkID=1';

const mounts: readonly (KitAppOptions & { title: string })[] = [
  { title: 'mounted at /', mount: 'root' },
  { title: 'mounted at /ci', mount: 'path' },
  { title: 'mounted at /ci behind a proxy that strips the prefix and changes Host', mount: 'stripped' },
  { title: 'mounted at / on Express 4', mount: 'root', express: 4 },
  { title: 'mounted at /ci on Express 4', mount: 'path', express: 4 },
];

for (const { title, ...mount } of mounts) {
  describe(`The three-legged dance, ${title}`, () => {
    let app: KitApp;
    before(async () => {
      app = await startKitApp(mount);
    });
    after(() => app.close());

    for (const signatureMethod of ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1'] as const) {
      it(`gives a ${signatureMethod} consumer a token of the user who allows`, async () => {
        const consumer = await registerConsumer(app, { signatureMethod });
        const request = await consumer.requestToken(callback);
        const verifier = await allow(app.baseUrl, 'ana', request.token);
        const access = await consumer.accessToken(request, verifier);
        const answer = await consumer.call('POST', '/job/demo/build?delay=0sec', access);
        expect(answer.status, answer.text).to.equal(201);
        expect(JSON.parse(answer.text)).to.include({ startedBy: 'ana' });
      });
    }

    it('lets the permissions of the user decide: one who may not build gets 403', async () => {
      const consumer = await registerConsumer(app);
      const request = await consumer.requestToken(callback);
      const access = await consumer.accessToken(request, await allow(app.baseUrl, 'rob', request.token));
      const answer = await consumer.call('POST', '/job/demo/build', access);
      expect(answer.status).to.equal(403);
      expect(answer.headers.get('www-authenticate')).to.equal(null);
    });

    it('sends the browser back with token and verifier, the query of the callback kept', async () => {
      const consumer = await registerConsumer(app);
      const { token } = await consumer.requestToken(callback);
      const back = new URL(locationOf(await press(app.baseUrl, 'ana', token, 'authorize')));
      expect(back.origin + back.pathname).to.equal(callback.split('?')[0]);
      expect([...back.searchParams.keys()]).to.deep.equal([
        'applicationLinkID',
        'oauth_token',
        'oauth_verifier',
      ]);
      expect(back.searchParams.get('oauth_token')).to.equal(token);
    });
  });
}
