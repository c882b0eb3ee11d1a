/** Calls to a server that is no Atlassian product, by shared secret: another kit plays it. */
import { expect } from 'chai';
import { createBrowser } from 'express-applinks/testing';
import { browserOf } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { rememberSecret } from '../support/secrets.js';

for (const signatureMethod of ['HMAC-SHA1', 'HMAC-SHA256'] as const) {
  describe(`Calls by ${signatureMethod}`, () => {
    let app: KitApp;
    let provider: KitApp;
    let linkId: string;
    const secret = rememberSecret('s3cr3t ä of both', 'consumer secret');
    before(async () => {
      app = await startKitApp();
      provider = await startKitApp({ mount: 'path' });
      await provider.applinks.links.create({
        name: 'The client',
        credential: { key: 'client: one', secret, signatureMethod },
      });
      const { link } = await app.applinks.links.create({ name: 'A server', rpcUrl: provider.baseUrl });
      linkId = link.id;
    });

    it('begin at Create link: which application it is, then what to register there', async () => {
      const admin = await browserOf(app.baseUrl, 'admin');
      const create = `${app.baseUrl}/applinks/admin/create`;
      expect((await admin.get(create)).text).to.include('/applinks/admin/links/new-outgoing');
      const form = await admin.get(`${app.baseUrl}/applinks/admin/links/new-outgoing`);
      const empty = await admin.submit(form);
      expect(empty.status).to.equal(400);
      for (const id of ['name', 'application_url'])
        expect(empty.textOf(`${id}-problem`), id)
          .to.be.a('string')
          .and.not.equal('');
      const fields = { name: 'Another server', application_url: `${provider.baseUrl}/` };
      await admin.submit(empty, { fields });
      const made = (await app.applinks.links.list()).find(({ name }) => name === 'Another server')!;
      expect(made.rpcUrl).to.equal(provider.baseUrl);
      const next = await admin.get(`${app.baseUrl}/applinks/admin/links/${made.id}/outgoing`);
      expect(next.text).to.include(`${app.baseUrl}/applinks/callback/oauth1/${made.id}`);
      await app.applinks.links.remove(made.id);
    });
    after(async () => {
      await app.close();
      await provider.close();
    });

    it('are set up by a form, each mistake at its field', async () => {
      const admin = await browserOf(app.baseUrl, 'admin');
      const url = `${app.baseUrl}/applinks/admin/links/${linkId}/outgoing`;
      const empty = await admin.submit(await admin.get(url));
      expect(empty.status).to.equal(400);
      for (const id of ['outgoing_key', 'request_token_url', 'authorize_url'])
        expect(empty.textOf(`${id}-problem`), id)
          .to.be.a('string')
          .and.not.equal('');
      const oauth = `${provider.baseUrl}/plugins/servlet/oauth`;
      const fields = {
        outgoing_key: 'client: one',
        outgoing_method: signatureMethod,
        request_token_url: `${oauth}/request-token`,
        access_token_url: `${oauth}/access-token`,
        authorize_url: `${oauth}/authorize`,
      };
      const withoutSecret = await admin.submit(empty, { fields });
      expect(withoutSecret.textOf('outgoing_secret-problem')).to.include('Enter the shared secret');
      const saved = await admin.submit(empty, { fields: { ...fields, outgoing_secret: secret } });
      expect(saved.status).to.equal(303);
      expect((await admin.get(url)).text).not.to.include(secret);
      const stored = JSON.stringify(await app.store.links.list());
      expect(stored).not.to.include(secret);
    });

    it('go through the dance and are made in the user’s name', async () => {
      const browser = createBrowser();
      await browser.get(`${app.baseUrl}/login?user=rob`);
      const session = browser.cookies.header(new URL(app.baseUrl));
      // Both play on 127.0.0.1, where cookies know no port: the user is rob at both.
      for (const [id, user] of app.host.sessions) provider.host.sessions.set(id, user);
      expect(session).to.include('test_session');
      const consent = await browser.get(`${app.baseUrl}/applinks/connect/${linkId}`);
      const done = await browser.submit(consent, { button: 'authorize' });
      expect(done.text).to.include('Your account is connected');
      const answer = await app.applinks.client(linkId).as('id-rob')('/whois?a=b%20c&ä=+');
      expect(await answer.json()).to.deep.equal({ link: 'The client', user: 'rob' });
      const form = new URLSearchParams([['branch', 'main & more']]);
      const posted = await app.applinks.client(linkId).as('id-rob')('/job/demo/build', {
        method: 'POST',
        body: form,
      });
      expect(posted.status).to.equal(403);
    });

    it('end when the provider says that the token is dead', async () => {
      await provider.applinks.tokens.revoke({ userId: 'id-rob' });
      const error = await app.applinks
        .client(linkId)
        .as('id-rob')('/whois')
        .catch((failed: unknown) => failed);
      expect(error).to.have.property('code', 'credentials_required');
    });
  });
}
