import { expect } from 'chai';
import { createBrowser, type MiniBrowser, type Page } from '../../../../../plugin/testing/index.js';
import { oauth2App, type OAuth2App } from './oauth2-app.js';

const list = '/plugins/servlet/applinks/listApplicationLinks';
const links = '/plugins/servlet/oauth2/incoming-links';
const authorized = '/plugins/servlet/oauth2/authorized-applications';

describe('pages of the Data Center stand-in for incoming OAuth 2.0 links (oauth2.md 2.8, UI)', () => {
  let app: OAuth2App;
  let admin: MiniBrowser;
  beforeEach(async () => {
    app = await oauth2App();
    admin = await app.standIn.as('admin');
  });
  afterEach(() => app.stop());

  const open = (path: string, browser = admin): Promise<Page> => browser.get(app.standIn.url + path);
  const fields = {
    name: 'Another CI',
    redirects: 'https://a.example.test/cb\r\nhttps://b.example.test:8443/cb',
  };

  it('list: incoming, non-Atlassian, the first redirect URL without its port', async () => {
    app.provider.editRedirects(app.client.clientId, [
      'https://ci.example.test:8443/cb',
      'https://b.example/',
    ]);
    const page = await open(list);
    expect(page.text).to.include('Sample CI').and.include('Incoming').and.include('Non-Atlassian');
    expect(page.text).to.include('https://ci.example.test<');
    expect(page.text).not.to.include(app.client.clientSecret);
  });

  it('create: name, redirect URLs and scopes give a client id and a secret', async () => {
    const form = await open(`${links}/create`);
    const page = await admin.submit(form, { fields: { ...fields, scope: 'REPO_WRITE' } });
    const client = app.provider.clients().at(-1)!;
    expect(page.textOf('client-id')).to.equal(client.clientId);
    expect(page.textOf('client-secret')).to.equal(client.clientSecret);
    expect(client).to.deep.include({
      name: 'Another CI',
      redirects: ['https://a.example.test/cb', 'https://b.example.test:8443/cb'],
      scope: ['REPO_WRITE'],
      userKey: 'admin',
    });
  });

  it('create: nothing selected means PUBLIC_REPOS in Bitbucket', async () => {
    await admin.submit(await open(`${links}/create`), { fields });
    expect(app.provider.clients().at(-1)!.scope).to.deep.equal(['PUBLIC_REPOS']);
  });

  it('create: says what is wrong, and keeps what was entered', async () => {
    const form = await open(`${links}/create`);
    const page = await admin.submit(form, { fields: { ...fields, redirects: 'nonsense' } });
    expect(page.textOf('problem')).to.include('nonsense is no absolute URL');
    expect(page.forms[0]!.fields).to.deep.include(['name', 'Another CI']);
    expect(app.provider.clients()).to.have.lengthOf(1);
  });

  it('view credentials: the secret is readable again; redirect URL and scopes can be corrected', async () => {
    const page = await open(`${links}/${app.client.id}`);
    expect(page.textOf('client-secret')).to.equal(app.client.clientSecret);
    expect(page.forms[0]!.fields).to.deep.include(['scope', 'REPO_READ']);
    const corrected = { redirects: 'https://ci.example.test/new', scope: 'REPO_ADMIN' };
    await admin.submit(page, { fields: corrected, button: 'save' });
    expect(app.client.redirects).to.deep.equal(['https://ci.example.test/new']);
    expect(app.client.scope).to.deep.equal(['REPO_ADMIN']);
    const refused = await admin.submit(page, { fields: { redirects: 'x#y' }, button: 'save' });
    expect(refused.textOf('problem')).not.to.equal(undefined);
  });

  it('reset and delete', async () => {
    const old = app.client.clientSecret;
    const page = await open(`${links}/${app.client.id}`);
    const reset = await admin.submit(page, { form: 1, button: 'reset' });
    expect(reset.textOf('client-secret')).to.equal(app.client.clientSecret).and.not.equal(old);
    expect((await admin.submit(page, { form: 1, button: 'delete' })).url).to.include(list);
    expect(app.provider.clients()).to.be.empty;
    expect((await open(`${links}/${app.client.id}`)).status).to.equal(404);
  });

  it('is for system administrators, and for forms of their own session', async () => {
    for (const path of [`${links}/create`, `${links}/${app.client.id}`]) {
      expect((await open(path, await app.standIn.as('boss'))).status).to.equal(403);
      expect(new URL((await open(path, createBrowser())).url).pathname).to.equal('/login');
      await admin.post(app.standIn.url + path, { ...fields, do: 'delete', atl_token: 'forged' });
    }
    expect(app.provider.clients()).to.have.lengthOf(1);
  });

  describe("the user's page", () => {
    it('lists applications with scopes, and revokes', async () => {
      const { refreshToken } = await app.connect('ana');
      const ana = await app.standIn.as('ana');
      const page = await open(authorized, ana);
      expect(page.text).to.include('Sample CI').and.include('REPO_READ');
      expect(page.text).not.to.include(refreshToken);
      const after = await ana.submit(page);
      expect(after.text).to.include('You have let no application in');
      expect((await app.refresh(refreshToken)).status).to.equal(400);
    });

    it("shows nobody's but one's own, takes no form of another session, and asks to log in", async () => {
      await app.connect('ana');
      const ben = await app.standIn.as('ben');
      expect((await open(authorized, ben)).text).to.include('You have let no application in');
      const id = app.provider.tokens()[0]!.accessId;
      expect((await ben.post(app.standIn.url + authorized, { id, atl_token: 'forged' })).status).to.equal(
        403,
      );
      expect(new URL((await open(authorized, createBrowser())).url).pathname).to.equal('/login');
      const stranger = createBrowser();
      expect((await stranger.post(app.standIn.url + authorized, { id })).url).to.include('/login');
      expect(app.provider.tokens()).to.have.lengthOf(1);
    });

    it('forgets what has expired', async () => {
      await app.connect('ana');
      app.pass(91 * 24 * 60 * 60);
      const page = await open(authorized, await app.standIn.as('ana'));
      expect(page.text).to.include('You have let no application in');
    });
  });
});
