/** Who gets at which page and form, for every route of plugin/admin/pages.ts. */
import { expect } from 'chai';
import { createBrowser, type MiniBrowser } from 'express-applinks/testing';
import { browserOf, locationOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../../support/register-consumer.js';
import { grantAccess } from './granted-access.js';

const adminPages = [
  '/applinks/admin',
  '/applinks/admin/links/new',
  '/applinks/admin/links/:id',
  '/applinks/admin/links/:id/edit',
  '/applinks/admin/links/:id/delete',
  '/applinks/admin/links/:id/oauth2',
  '/applinks/admin/create/oauth2',
  '/applinks/admin/create/oauth2-incoming',
  '/applinks/admin/tokens',
];
const userPages = ['/applinks/tokens'];
const adminForms = [
  '/applinks/admin/links/new',
  '/applinks/admin/links/:id/edit',
  '/applinks/admin/links/:id/secret',
  '/applinks/admin/links/:id/delete',
  '/applinks/admin/links/:id/oauth2/calls',
  '/applinks/admin/links/:id/oauth2/direction',
  '/applinks/admin/links/:id/oauth2/client',
  '/applinks/admin/links/:id/oauth2/redirect-uri',
  '/applinks/admin/links/:id/oauth2/disconnect',
  '/applinks/admin/create/oauth2',
  '/applinks/admin/create/oauth2/look',
  '/applinks/admin/create/oauth2-incoming',
  '/applinks/admin/tokens/revoke-all',
  '/applinks/admin/tokens/:token/revoke',
];
const userForms = ['/applinks/tokens/revoke-all', '/applinks/tokens/:token/revoke'];

describe('Access to the pages', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  let tokenId: string;
  before(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app);
    await grantAccess(app, consumer, 'ana');
    const [token] = await app.store.accessTokens.list({}, { limit: 1, offset: 0 });
    tokenId = token!.id;
  });
  after(() => app.close());

  const urlOf = (path: string): string =>
    app.baseUrl + path.replace(':id', consumer.linkId).replace(':token', tokenId);
  const nothingHasChanged = async (): Promise<void> => {
    expect(await app.store.links.get(consumer.linkId)).to.have.nested.property('incoming.length', 1);
    expect(await app.store.accessTokens.list({}, { limit: 9, offset: 0 })).to.have.length(1);
    expect(await app.store.links.list()).to.have.length(1);
  };

  for (const path of [...adminPages, ...userPages]) {
    it(`sends an anonymous visitor of ${path} to log in, and back to it`, async () => {
      const page = await createBrowser({ redirects: 0 }).get(`${urlOf(path)}?page=2`);
      expect(page.status).to.equal(302);
      const login = new URL(locationOf(page), app.baseUrl);
      expect(login.pathname).to.equal('/login');
      expect(app.baseUrl + login.searchParams.get('returnTo')!).to.equal(`${urlOf(path)}?page=2`);
    });
  }

  for (const path of adminPages) {
    it(`shows ${path} to an administrator, and to no other user`, async () => {
      const refused = await (await browserOf(app.baseUrl, 'ana')).get(urlOf(path));
      expect(refused.status).to.equal(403);
      expect(refused.text).to.include('Only an administrator');
      expect(refused.text).not.to.include(consumer.identity.consumerKey);
      expect((await (await browserOf(app.baseUrl, 'admin')).get(urlOf(path))).status).to.equal(200);
    });
  }

  for (const path of userPages) {
    it(`shows ${path} to every user`, async () => {
      expect((await (await browserOf(app.baseUrl, 'rob')).get(urlOf(path))).status).to.equal(200);
    });
  }

  for (const path of [...adminForms, ...userForms]) {
    it(`answers an anonymous form for ${path} with 401`, async () => {
      const page = await createBrowser({ redirects: 0 }).post(urlOf(path), { csrf_token: 'x' });
      expect(page.status).to.equal(401);
      expect(page.text).to.include('login_required');
      await nothingHasChanged();
    });

    it(`refuses a form for ${path} without its token, or with that of another form`, async () => {
      const browser = await browserOf(app.baseUrl, 'admin');
      const foreign = await tokenOn(browser, urlOf('/applinks/admin/links/new'));
      const wrong = path === '/applinks/admin/links/new' ? foreign.slice(1) : foreign;
      const forms: Record<string, string>[] = [{}, { csrf_token: wrong }];
      const heard: string[] = [];
      const hear = ({ problem }: { problem: string }): unknown => heard.push(problem);
      app.applinks.on('request.rejected', hear);
      for (const fields of forms) {
        const page = await browser.post(urlOf(path), fields);
        expect(page.status).to.equal(403);
        expect(page.text).to.include('csrf_rejected');
      }
      app.applinks.off('request.rejected', hear);
      expect(heard).to.deep.equal(['csrf_rejected', 'csrf_rejected']);
      await nothingHasChanged();
    });
  }

  for (const path of adminForms) {
    it(`refuses a form for ${path} from a user who is no administrator`, async () => {
      const page = await (await browserOf(app.baseUrl, 'ana')).post(urlOf(path), { csrf_token: 'x' });
      expect(page.status).to.equal(403);
      expect(page.text).to.include('Only an administrator');
      await nothingHasChanged();
    });
  }

  it("refuses a form with another user's token", async () => {
    const form = urlOf(`/applinks/admin/links/:id/delete`);
    const foreign = await tokenOn(await browserOf(app.baseUrl, 'admin'), form);
    app.host.addUser({ name: 'second', isAdmin: true, mayBuild: false });
    const browser = await browserOf(app.baseUrl, 'second');
    await tokenOn(browser, form);
    const page = await browser.post(form, { csrf_token: foreign });
    expect(page.status).to.equal(403);
    await nothingHasChanged();
  });

  it('refuses a form that another site sends, even with the right token', async () => {
    const browser = await browserOf(app.baseUrl, 'ana');
    const token = await tokenOn(browser, urlOf('/applinks/tokens'));
    const attack = createBrowser({ redirects: 0, headers: { 'Sec-Fetch-Site': 'cross-site' } });
    const session = browser.cookies.header(new URL(app.baseUrl));
    for (const pair of session.split('; ')) attack.cookies.store(new URL(app.baseUrl), `${pair}; Path=/`);
    const page = await attack.post(urlOf('/applinks/tokens/revoke-all'), { csrf_token: token });
    expect(page.text).to.include('csrf_rejected');
    await nothingHasChanged();
  });

  it('knows no token of somebody else', async () => {
    const browser = await browserOf(app.baseUrl, 'admin');
    await grantAccess(app, consumer, 'admin');
    const page = await browser.get(urlOf('/applinks/tokens'));
    const [own] = await app.store.accessTokens.list({ userId: 'id-admin' }, { limit: 1, offset: 0 });
    expect(page.text).to.include(own!.id).and.not.to.include(tokenId);
    await app.store.accessTokens.revoke({ userId: 'id-admin' });
    await nothingHasChanged();
  });

  for (const [path, allow] of [
    ['/applinks/admin', 'GET, HEAD'],
    ['/applinks/admin/links/new', 'GET, POST, HEAD'],
    ['/applinks/admin/links/:id/secret', 'POST'],
    ['/applinks/tokens', 'GET, HEAD'],
    ['/applinks/assets/applinks.css', 'GET, HEAD'],
  ] as const) {
    it(`answers other methods of ${path} with 405`, async () => {
      const answer = await fetch(urlOf(path), { method: 'DELETE' });
      expect(answer.status).to.equal(405);
      expect(answer.headers.get('allow')).to.equal(allow);
    });
  }

  it('keeps every page out of caches and frames', async () => {
    const browser = await browserOf(app.baseUrl, 'admin');
    for (const path of [...adminPages, ...userPages]) {
      const page = await browser.get(urlOf(path));
      expect(page.header('cache-control')).to.equal('no-store');
      expect(page.header('x-frame-options')).to.equal('DENY');
      expect(page.header('content-security-policy')).to.include("default-src 'none'");
    }
  });

  it('needs no inline style and no inline script', async () => {
    const browser = await browserOf(app.baseUrl, 'admin');
    for (const path of [...adminPages, ...userPages]) {
      const { text } = await browser.get(urlOf(path));
      expect(text).not.to.match(/<style|\sstyle=|<script(?! src=)|\son[a-z]+=/i);
    }
  });

  it('answers 404 for a link that does not exist', async () => {
    const browser = await browserOf(app.baseUrl, 'admin');
    for (const rest of ['', '/edit', '/delete']) {
      const page = await browser.get(`${app.baseUrl}/applinks/admin/links/no-such-link${rest}`);
      expect(page.status).to.equal(404);
      expect(page.header('content-type')).to.match(/^text\/html/);
    }
  });
});

describe('The pages on Express 4', () => {
  it('know their parameters, forms and audiences as on Express 5', async () => {
    const app = await startKitApp({ express: 4, mount: 'path' });
    try {
      const { linkId } = await registerConsumer(app, { name: 'Bitbucket' });
      const browser = await browserOf(app.baseUrl, 'admin');
      const url = `${app.baseUrl}/applinks/admin/links/${linkId}`;
      expect((await browser.get(url)).text).to.include('/ci/plugins/servlet/oauth/request-token');
      const saved = await browser.submit(await browser.get(`${url}/edit`), { fields: { name: 'Renamed' } });
      expect(locationOf(saved)).to.equal(`/ci/applinks/admin/links/${linkId}?done=saved`);
      expect((await browser.get(url)).text).to.include('Renamed');
      expect((await (await browserOf(app.baseUrl, 'ana')).get(url)).status).to.equal(403);
    } finally {
      await app.close();
    }
  });
});

describe('Style and script of the pages', () => {
  let app: KitApp;
  before(async () => {
    app = await startKitApp({ mount: 'stripped' });
  });
  after(() => app.close());

  for (const [file, type] of [
    ['applinks.css', 'text/css'],
    ['applinks.js', 'text/javascript'],
  ] as const) {
    it(`are served below the mount path: ${file}`, async () => {
      const url = `${app.baseUrl}/applinks/assets/${file}`;
      const answer = await fetch(url);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.match(new RegExp(`^${type}`));
      expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(answer.headers.get('cache-control')).to.match(/^public, max-age=\d+$/);
      const etag = answer.headers.get('etag')!;
      const again = await fetch(url, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } });
      expect(again.status).to.equal(304);
    });
  }

  it('are the only files there', async () => {
    for (const path of [
      '/applinks/assets/',
      '/applinks/assets/../views/error.ejs',
      '/applinks/assets/%2e%2e/index.js',
    ]) {
      expect((await fetch(app.baseUrl + path)).status).to.equal(404);
    }
  });
});

/** The first form token on a page. */
async function tokenOn(browser: MiniBrowser, url: string): Promise<string> {
  const page = await browser.get(url);
  const token = page.forms.flatMap(({ fields }) => fields).find(([name]) => name === 'csrf_token')?.[1];
  if (token === undefined) throw new Error(`${url} has no form token`);
  return token;
}
