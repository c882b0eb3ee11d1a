import { expect } from 'chai';
import { createBrowser } from '../../../../../plugin/testing/index.js';
import { createLink, manifestPath, remotePair, type RemotePair } from './scripted-remote.js';

const noCheck = { 'X-Atlassian-Token': 'no-check' };
const conf = '/plugins/servlet/applinks/auth/conf/oauth';

describe('c14: who may call what', () => {
  let pair: RemotePair;
  let id: string;
  beforeEach(async () => {
    pair = await remotePair();
    id = await createLink(pair);
  });
  afterEach(() => pair.stop());

  /** Status for an anonymous caller, a user, an administrator; what a permitted one gets is another matter. */
  const rows: [method: string, path: string, anonymous: number, user: number][] = [
    ['GET', '/rest/applinks/1.0/applicationlink', 401, 401],
    ['PUT', '/rest/applinks/3.0/applicationlink', 401, 401],
    ['GET', '/rest/applinks/1.0/applicationlink/:id', 401, 401],
    ['POST', '/rest/applinks/2.0/applicationlink/:id', 401, 401],
    ['POST', '/rest/applinks/2.0/applicationlink/primary/:id', 401, 401],
    ['DELETE', '/rest/applinks/1.0/applicationlink/:id', 401, 401],
    ['GET', '/rest/applinks/2.0/applicationlink/:id/authentication', 401, 401],
    ['GET', '/rest/applinks/2.0/applicationlink/:id/authentication/provider', 401, 401],
    ['PUT', '/rest/applinks/2.0/applicationlink/:id/authentication/provider', 401, 401],
    ['GET', '/rest/applinks-oauth/latest/applicationlink/:id/authentication', 401, 401],
    ['GET', '/rest/applinks-oauth/1.0/applicationlink/:id/authentication/consumer', 401, 401],
    ['PUT', '/rest/applinks-oauth/1.0/applicationlink/:id/authentication/consumer', 401, 401],
    ['GET', '/rest/applinks/3.0/applicationlinkForm/manifest?url=x', 401, 401],
    ['POST', '/rest/applinks/1.0/applicationlinkForm/details', 401, 401],
    ['POST', '/rest/applinks/1.0/applicationlinkForm/createAppLink', 401, 401],
    ['POST', '/rest/applinks/1.0/relocateApplicationlink/:id?newUrl=x', 401, 401],
    ['GET', '/rest/applinks/1.0/authenticationinfo', 401, 401],
    ['GET', '/rest/applinks/1.0/authenticationinfo/id/x/url/x', 401, 401],
    ['GET', '/rest/applinks/1.0/applicationlink/type/generic', 401, 401],
    ['GET', '/rest/applinks/1.0/applicationlink/primary/generic', 401, 401],
    ['GET', '/rest/applinks/1.0/manifest/:id', 401, 200],
    ['GET', '/rest/applinks/3.0/capabilities/remote/:id', 401, 403],
    ['GET', '/rest/applinks/3.0/applinks', 401, 403],
    ['GET', '/rest/applinks/3.0/applinks/:id', 401, 403],
    ['PUT', '/rest/applinks/3.0/applinks/:id', 401, 403],
    ['DELETE', '/rest/applinks/3.0/applinks/:id', 401, 403],
    ['GET', '/rest/applinks/3.0/status/:id', 401, 403],
    ['PUT', '/rest/applinks/3.0/status/:id/oauth', 401, 403],
    ['GET', '/rest/applinks/1.0/permission/reciprocate-application-delete/:id', 401, 200],
    ['GET', '/rest/applinks/1.0/entities/:id', 401, 500],
    ['GET', '/rest/applinks/3.0/status/:id/oauth', 200, 200],
    ['GET', '/rest/applinks/1.0/permission/delete-application/:id', 200, 200],
    ['PUT', `${conf}/autoconfig/:id`, 401, 403],
    ['DELETE', `${conf}/autoconfig/:id`, 401, 403],
    ['POST', '/plugins/servlet/applinks/listApplicationLinks', 302, 403],
    ['POST', '/plugins/servlet/applinks/createLink', 302, 403],
    ['POST', '/plugins/servlet/applinks/createOtherHalf', 302, 403],
    ['POST', '/plugins/servlet/applinks/deleteLink', 302, 403],
  ];
  for (const [method, path, anonymous, user] of rows) {
    it(`${method} ${path}: anonymous ${anonymous}, user ${user}, administrator more`, async () => {
      const ask = async (as: string): Promise<number> =>
        (await pair.rest(method, path.replace(':id', id), { as, headers: noCheck })).status;
      expect([await ask(''), await ask('ana')]).to.deep.equal([anonymous, user]);
      expect(pair.standIn.links(), 'nothing was changed').to.have.length(1);
      expect(pair.standIn.linking.levels(id).outgoing.enabled).to.equal(false);
      expect(await ask('boss')).not.to.be.oneOf([401, 302, ...(path.includes('relocate') ? [] : [403])]);
    });
  }

  it('leaves relocation to a system administrator', async () => {
    const ask = async (as: string): Promise<number> =>
      (await pair.rest('POST', `/rest/applinks/1.0/relocateApplicationlink/${id}?newUrl=x`, { as })).status;
    expect([await ask('boss'), await ask('admin')]).to.deep.equal([403, 400]);
  });

  it('takes a name and password from the query too, as the original does', async () => {
    const query = new URLSearchParams({ al_username: 'admin', al_password: 'sysadmin' });
    const path = '/rest/applinks/1.0/applicationlink';
    expect((await pair.rest('GET', `${path}?${query.toString()}`, { as: '' })).status).to.equal(200);
    query.set('al_password', 'wrong');
    expect((await pair.rest('GET', `${path}?${query.toString()}`, { as: '' })).status).to.equal(401);
  });

  for (const path of [
    `${conf}/add-consumer-by-url/:id?oauth-incoming-enabled=true`,
    `${conf}/outbound/apl/:id?enable-oauth=true&callback=/`,
    `${conf}/outbound/apl-2lo/:id?enable-outgoing-2lo=true&callback=/`,
    '/plugins/servlet/applinks/listApplicationLinks',
    '/plugins/servlet/applinks/createLink',
    '/plugins/servlet/applinks/testLink?applicationLinkID=:id',
  ]) {
    it(`GET ${path} asks to log in, and refuses a user`, async () => {
      const url = pair.standIn.url + path.replace(':id', id);
      const anonymous = await createBrowser().get(url);
      expect(new URL(anonymous.url).pathname).to.equal('/login');
      const ana = await pair.standIn.as('ana');
      expect((await ana.get(url)).status).to.equal(403);
      expect(pair.asked()).to.deep.equal([]);
    });
  }

  describe('anti-forgery', () => {
    it('answers a page instead of doing anything without token and header', async () => {
      for (const method of ['PUT', 'DELETE']) {
        const { status, text } = await pair.rest(method, `${conf}/autoconfig/${id}`);
        expect(status).to.equal(200);
        expect(text).to.include('nothing was done');
      }
      expect(pair.asked()).to.deep.equal([]);
    });

    it('wants the form token of the very session', async () => {
      const admin = await pair.standIn.as('admin');
      const boss = await pair.standIn.as('boss');
      const url = `${pair.standIn.url}/plugins/servlet/applinks/createLink`;
      const form = await admin.get(url);
      const stolen = Object.fromEntries(form.forms[0]?.fields ?? []);
      const fields = { ...stolen, url: pair.remote.url };
      expect((await boss.post(url, fields)).text).to.include('nothing was done');
      expect((await admin.post(url, { ...fields, atl_token: '' })).text).to.include('nothing was done');
      expect(pair.asked()).to.deep.equal([]);
      await pair.standIn.linking.deleteLink(id);
      await admin.post(url, fields);
      expect(pair.asked()).to.deep.equal([`GET ${manifestPath}`]);
    });
  });
});
