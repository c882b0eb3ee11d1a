import { expect } from 'chai';
import { createBrowser, type IssuedToken } from '../../../../../plugin/testing/index.js';
import type { Answer } from '../provider/calling-app.js';
import { json, oauth2App, projects, type OAuth2App } from './oauth2-app.js';

const basicWith = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

const user = (answer: Answer): string | undefined => answer.header('X-AUSERNAME');
const keys = (answer: Answer): string[] => (json(answer).values as { key: string }[]).map(({ key }) => key);

/** An access token of OAuth 1.0a, whose form on the token page carries the session's form token. */
const issuedTo = (user: string): IssuedToken => ({
  kind: 'access',
  value: '',
  secret: '',
  consumerKey: 'ci',
  version: '1.0a',
  callback: undefined,
  decision: 'allowed',
  user,
  verifier: undefined,
  createdAtMs: 1_800_000_000_000,
  session: undefined,
});

describe('D10: resources of the Data Center stand-in (oauth2.md 2.7)', () => {
  let app: OAuth2App;
  afterEach(() => app.stop());

  describe('Bitbucket', () => {
    beforeEach(async () => {
      app = await oauth2App();
    });

    const tokenFor = (name: string, scope: string): string =>
      app.provider.issueTokens({ clientId: app.client.clientId, user: name, scope }).accessToken;

    it('a good token names its user and is answered privately', async () => {
      const { accessToken } = await app.connect();
      const answer = await app.call(projects, { token: accessToken });
      expect(answer.status).to.equal(200);
      expect(user(answer)).to.equal('ana');
      expect(keys(answer)).to.deep.equal(['PUB', 'INT']);
      expect(answer.header('Cache-Control')).to.equal('private');
      expect(app.provider.tokens()[0]!.uses).to.equal(1);
    });

    for (const token of ['wrong', 'e30.e30.AA', '']) {
      it(`the bad token "${token}" is answered as anybody is: 200, no user header, no challenge`, async () => {
        const answer = await app.call(projects, { token });
        expect(answer.status).to.equal(200);
        expect(user(answer)).to.equal(undefined);
        expect(keys(answer)).to.deep.equal(['PUB']);
        expect(answer.challenge).to.equal(undefined);
      });
    }

    it('no 401 of a resource has a Bearer challenge', async () => {
      const answer = await app.call(`${projects}/INT`, { token: 'wrong' });
      expect(answer.status).to.equal(401);
      expect(answer.challenge).to.match(/^OAuth /);
    });

    it('the scheme in lower case is not recognised', async () => {
      const { accessToken } = await app.connect();
      expect(user(await app.call(projects, { authorization: `bearer ${accessToken}` }))).to.equal(undefined);
    });

    it('Basic with the token as the password works, whatever the name', async () => {
      const { accessToken } = await app.connect();
      for (const name of ['x-token-auth', '', 'ben']) {
        const answer = await app.call(projects, { authorization: basicWith(name, accessToken) });
        expect(user(answer)).to.equal('ana');
      }
      const colon = await app.call(projects, { authorization: basicWith('a:b', accessToken) });
      expect(user(colon)).to.equal(undefined);
    });

    it('a refresh token is no access token', async () => {
      const { refreshToken } = await app.connect();
      expect(user(await app.call(projects, { token: refreshToken }))).to.equal(undefined);
    });

    it('neither query nor body is looked at', async () => {
      const { accessToken } = await app.connect();
      const query = new URLSearchParams({ access_token: accessToken }).toString();
      expect(user(await app.call(`${projects}?${query}`))).to.equal(undefined);
    });

    it('the token of a user who is locked or gone is anonymous', async () => {
      const [left, gone] = [tokenFor('ana', 'REPO_READ'), tokenFor('ben', 'REPO_READ')];
      const ana = app.standIn.users.find(({ name }) => name === 'ana')!;
      ana.isLocked = true;
      app.standIn.removeUser('ben');
      for (const token of [left, gone]) {
        const answer = await app.call(projects, { token });
        expect(answer.status).to.equal(200);
        expect(user(answer)).to.equal(undefined);
      }
      ana.isLocked = false;
      expect(user(await app.call(projects, { token: left }))).to.equal('ana');
    });

    it('an expired or revoked token is anonymous', async () => {
      const { accessToken } = await app.connect();
      app.pass(3601);
      expect(user(await app.call(projects, { token: accessToken }))).to.equal(undefined);
      const revoked = tokenFor('ana', 'REPO_READ');
      app.provider.revokeTokens(app.client.clientId, 'ana');
      expect(user(await app.call(projects, { token: revoked }))).to.equal(undefined);
    });

    it('the header names users whoever they are and however they came', async () => {
      const session = await (await app.standIn.as('ana')).get(app.standIn.url);
      expect(session.header('X-AUSERNAME')).to.equal('ana');
      expect((await createBrowser().get(app.standIn.url)).header('X-AUSERNAME')).to.equal(undefined);
      const byPassword = await app.call(projects, { authorization: basicWith('ben', 'ben') });
      expect(user(byPassword)).to.equal('ben');
    });

    it('PUBLIC_REPOS names the user, who sees what anybody does', async () => {
      const answer = await app.call(projects, { token: tokenFor('ana', 'PUBLIC_REPOS') });
      expect(user(answer)).to.equal('ana');
      expect(keys(answer)).to.deep.equal(['PUB']);
    });

    it("a scope never gives more than the user has, nor the user's rights more than the scope", async () => {
      const post = async (name: string, scope: string) =>
        (await app.call(projects, { token: tokenFor(name, scope), method: 'POST' })).status;
      expect(await post('ana', 'SYSTEM_ADMIN')).to.equal(401);
      expect(await post('boss', 'PROJECT_ADMIN')).to.equal(401);
      expect(await post('boss', 'ADMIN_WRITE')).to.equal(201);
      const clients = '/rest/oauth2/latest/client';
      const list = async (name: string, scope: string) =>
        (await app.call(clients, { token: tokenFor(name, scope) })).status;
      expect(await list('admin', 'ADMIN_WRITE')).to.equal(401);
      expect(await list('boss', 'SYSTEM_ADMIN')).to.equal(401);
      expect(await list('admin', 'SYSTEM_ADMIN')).to.equal(200);
    });

    it('leaves neither session nor form token to a request with an access token', async () => {
      const browser = await app.standIn.as('ben');
      const cookie = browser.cookies.header(new URL(app.standIn.url));
      const headers = { Cookie: cookie, Authorization: `Bearer ${tokenFor('ana', 'REPO_READ')}` };
      const bearing = createBrowser({ headers });
      const answer = await bearing.get(app.standIn.url + projects);
      expect(answer.header('X-AUSERNAME')).to.equal('ana');
      const tokenPage = `${app.standIn.url}/plugins/servlet/oauth/users/access-tokens`;
      app.standIn.issued.set('t', { ...issuedTo('ben'), value: 't' });
      const fields = Object.fromEntries((await browser.get(tokenPage)).forms[0]!.fields);
      expect((await bearing.post(tokenPage, fields)).status).to.equal(403);
      expect((await browser.post(tokenPage, fields)).status).to.equal(200);
    });
  });

  describe('Jira', () => {
    const myself = '/rest/api/2/myself';

    beforeEach(async () => {
      app = await oauth2App({ product: 'jira' });
    });

    const tokenFor = (name: string, scope: string): string =>
      app.provider.issueTokens({ clientId: app.client.clientId, user: name, scope }).accessToken;

    it('says who is calling at /rest/api/2/myself, and 401 to nobody', async () => {
      const { accessToken } = await app.connect();
      const answer = await app.call(myself, { token: accessToken });
      expect(json(answer)).to.include({ name: 'ana' });
      expect(user(answer), 'that is a header of Bitbucket').to.equal(undefined);
      expect((await app.call(myself, { token: 'wrong' })).status).to.equal(401);
    });

    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      it(`READ with ${method} is 403 with a page that names the method`, async () => {
        const answer = await app.call(projects, { token: tokenFor('admin', 'READ'), method });
        expect(answer.status).to.equal(403);
        expect(answer.header('Content-Type')).to.match(/^text\/html/);
        if (method !== 'HEAD') expect(answer.body).to.include(method);
      });
    }

    it('WRITE may, as far as the user may', async () => {
      const post = async (token: string) => (await app.call(projects, { token, method: 'POST' })).status;
      expect(await post(tokenFor('ana', 'WRITE'))).to.equal(401);
      expect(await post(tokenFor('admin', 'WRITE'))).to.equal(401);
      expect(await post(tokenFor('admin', 'ADMIN'))).to.equal(201);
    });

    it('READ sees what the user sees', async () => {
      expect(keys(await app.call(projects, { token: tokenFor('ana', 'READ') }))).to.include('INT');
    });
  });

  describe('Confluence', () => {
    const current = '/rest/api/user/current';

    beforeEach(async () => {
      app = await oauth2App({ product: 'confluence' });
    });

    it('says who is calling at /rest/api/user/current, and 200 to nobody too', async () => {
      const { accessToken } = await app.connect();
      expect(json(await app.call(current, { token: accessToken }))).to.include({
        type: 'known',
        username: 'ana',
      });
      const anonymous = await app.call(current, { token: 'wrong' });
      expect(anonymous.status).to.equal(200);
      expect(json(anonymous).type).to.equal('anonymous');
      expect(json(anonymous)).not.to.have.property('username');
    });
  });
});
