import { expect } from 'chai';
import { request as httpRequest } from 'node:http';
import { bitbucketStandIn, createBrowser, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { threeLeggedProvider } from '../../../../plugin/testing/bitbucket/oauth-urls.js';

const linksPath = '/plugins/servlet/applinks/listApplicationLinks';

describe('Bitbucket stand-in as a server', () => {
  let standIn: BitbucketStandIn;

  beforeEach(async () => {
    standIn = bitbucketStandIn({ contextPath: '/bitbucket' });
    await standIn.start();
  });
  afterEach(() => standIn.stop());

  describe('login', () => {
    it('takes a person to the page that they wanted', async () => {
      const browser = createBrowser();
      const form = await browser.get(`${standIn.url}${linksPath}`);
      const page = await browser.submit(form, { fields: { j_username: 'admin', j_password: 'sysadmin' } });
      expect(page.url).to.equal(`${standIn.url}${linksPath}`);
      expect(page.status).to.equal(200);
    });

    it('refuses a wrong password and shows the form again', async () => {
      const browser = createBrowser();
      const page = await browser.post(`${standIn.url}/login`, { j_username: 'ana', j_password: 'wrong' });
      expect(page.text).to.include('do not match');
      expect((await browser.get(`${standIn.url}/`)).text).to.include('Log in');
    });

    it('never leaves its own pages afterwards', async () => {
      for (const next of ['//evil.example/', '/\\evil.example/', 'https://evil.example/']) {
        const browser = createBrowser();
        const query = new URLSearchParams({ next });
        const fields = { j_username: 'ana', j_password: 'ana' };
        const page = await browser.post(`${standIn.url}/login?${query.toString()}`, fields);
        expect(page.url).to.equal(`${standIn.url}/`);
      }
    });

    it('ends by the button', async () => {
      const browser = await standIn.as('ana');
      const start = await browser.get(`${standIn.url}/`);
      expect(start.text).to.include('Logged in as <strong>ana</strong>');
      const page = await browser.submit(start, { button: 'Log out' });
      expect(page.text).not.to.include('Logged in');
    });

    it('sets a cookie that scripts cannot read and other sites do not send', async () => {
      const answer = await createBrowser({ redirects: 0 }).post(`${standIn.url}/login`, {
        j_username: 'ana',
        j_password: 'ana',
      });
      expect(answer.header('Set-Cookie')).to.match(
        /^BITBUCKETSESSIONID=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax$/,
      );
    });

    it('is needed by a user who is known', async () => {
      let message = '';
      await standIn.as('eve').catch((error: unknown) => (message = String(error)));
      expect(message).to.include('no user eve');
    });
  });

  describe('form for a link', () => {
    const fields = {
      url: 'https://h/ci',
      name: 'Our <CI>',
      providerName: 'Our CI',
      consumerKey: 'ci-key',
      sharedSecret: 'secret',
      requestTokenUrl: '/ci/oauth/rt',
      accessTokenUrl: 'https://h/ci/oauth/at',
      authorizeUrl: '/ci/oauth/auth',
    };

    it('stores what was entered, with the loss of the context path in a full address', async () => {
      const browser = await standIn.as('admin');
      const page = await browser.submit(await browser.get(standIn.url + linksPath), { fields });
      expect(page.url).to.equal(`${standIn.url}/`);
      expect(page.text).to.include('Our &lt;CI&gt;').and.not.include('Our <CI>');
      const listed = await browser.get(standIn.url + linksPath);
      const id = /id <code>([0-9a-f-]{36})<\/code>/.exec(listed.text)?.[1] ?? '';
      expect(standIn.link(id)?.consumer).to.deep.equal({
        key: 'ci-key',
        name: 'Our CI',
        sharedSecret: 'secret',
      });
      expect(standIn.link(id)?.providers.get(threeLeggedProvider)).to.deep.equal({
        'consumerKey.outbound': 'ci-key',
        'serviceProvider.requestTokenUrl': '/ci/oauth/rt',
        'serviceProvider.accessTokenUrl': '/oauth/at',
        'serviceProvider.authorizeUrl': '/ci/oauth/auth',
      });
      expect(listed.text).not.to.include('secret"');
    });

    it('names the field that is missing and keeps the others', async () => {
      const browser = await standIn.as('admin');
      const page = await browser.submit(await browser.get(standIn.url + linksPath), {
        fields: { ...fields, consumerKey: ' ' },
      });
      expect(page.text).to.include('Consumer key is missing.');
      expect(page.forms[0]!.fields).to.deep.include(['name', 'Our <CI>']);
    });

    it('says that the URL is linked already', async () => {
      const browser = await standIn.as('admin');
      const form = await browser.get(standIn.url + linksPath);
      await browser.submit(form, { fields });
      expect((await browser.submit(form, { fields })).text).to.include('exists already');
    });

    it('is for administrators only', async () => {
      const browser = await standIn.as('ana');
      expect((await browser.get(standIn.url + linksPath)).status).to.equal(403);
      expect((await browser.post(standIn.url + linksPath, fields)).status).to.equal(403);
    });
  });

  describe('answers', () => {
    it('404 to an unknown address, escaped, and outside the context path', async () => {
      const page = await createBrowser().get(`${standIn.url}/%3Cb%3E`);
      expect(page.status).to.equal(404);
      expect(page.text).not.to.include('<b>');
      expect((await createBrowser().get(new URL('/bitbucketeer', standIn.url).href)).status).to.equal(404);
    });

    it('400 to a malformed target', async () => {
      const { hostname, port } = new URL(standIn.url);
      const status = await new Promise((resolve) =>
        httpRequest({ hostname, port, path: '*', method: 'OPTIONS' }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).end(),
      );
      expect(status).to.equal(400);
    });

    it('500 to a body that is too large', async () => {
      const answer = await fetch(`${standIn.url}/login`, {
        method: 'POST',
        body: 'x'.repeat(1024 * 1024 + 1),
      }).catch(() => undefined);
      expect(answer?.status ?? 500).to.equal(500);
    });
  });

  it('knows its address only while it is running', () => {
    expect(() => bitbucketStandIn().url).to.throw('call start() first');
  });

  it('says when its port is taken', async () => {
    const second = bitbucketStandIn({ port: Number(new URL(standIn.url).port) });
    let code = '';
    await second.start().catch((error: unknown) => (code = (error as { code: string }).code));
    expect(code).to.equal('EADDRINUSE');
  });

  it('uses the host key that it is given', async () => {
    const generated = bitbucketStandIn({ hostKeyBits: 1024 }).host.publicKeyPem();
    expect(generated).to.match(/^-----BEGIN PUBLIC KEY-----/);
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const hostPrivateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const given = bitbucketStandIn({ hostPrivateKeyPem }).host.publicKeyPem();
    expect(given).to.equal(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  });
});
