import { expect } from 'chai';
import { ask } from '../provider/calling-app.js';
import { json, oauth2App, projects, refusal, type OAuth2App } from './oauth2-app.js';

describe('system properties of the Data Center stand-in (oauth2.md 2.9)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  const userOf = async (authorization: string) =>
    (await app.call(projects, { authorization })).header('X-AUSERNAME');

  it('enable.access.tokens off: tokens are ignored, and given away as before', async () => {
    const { accessToken } = await app.connect();
    app.provider.switches.enableAccessTokens = false;
    expect(await userOf(`Bearer ${accessToken}`)).to.equal(undefined);
    expect((await app.exchange(await app.code())).status).to.equal(200);
  });

  it('token.via.basic.authentication off: Bearer only', async () => {
    const { accessToken } = await app.connect();
    app.provider.switches.tokenViaBasicAuthentication = false;
    expect(await userOf(`Basic ${Buffer.from(`x:${accessToken}`).toString('base64')}`)).to.equal(undefined);
    expect(await userOf(`Bearer ${accessToken}`)).to.equal('ana');
  });

  it('validate.client.secret off: any secret, or none, but a known client', async () => {
    app.provider.switches.validateClientSecret = false;
    const { refresh_token } = json(await app.exchange(await app.code(), { client_secret: undefined }));
    expect((await app.refresh(refresh_token as string, { client_secret: 'any' })).status).to.equal(200);
    const unknown = await app.exchange(await app.code(), { client_id: 'unknown' });
    expect(refusal(unknown)).to.deep.equal({ status: 401, error: 'invalid_client' });
    const revoked = await app.revoke({ token: refresh_token as string, client_id: 'unknown' });
    expect(refusal(revoked)).to.deep.equal({ status: 401, error: 'invalid_client' });
  });

  it('refresh.token.expiration.seconds shortens the life of refresh tokens', async () => {
    app.provider.switches.refreshTokenExpirationSeconds = 60;
    const { refreshToken } = await app.connect();
    app.pass(60);
    expect(refusal(await app.refresh(refreshToken)).error).to.equal('invalid_grant');
  });

  it('skip.base.url.https.requirement off: 400 everywhere on http', async () => {
    const { accessToken, refreshToken } = await app.connect();
    app.provider.switches.skipBaseUrlHttpsRequirement = false;
    for (const answer of [
      await app.refresh(refreshToken),
      await app.revoke({ token: refreshToken }),
      await ask('GET', app.provider.endpoints().metadata),
      await ask('GET', app.authorizeUrl()),
    ]) {
      expect(answer.status).to.equal(400);
      expect(json(answer)).to.have.all.keys('errors', 'fieldErrors');
    }
    const pages = `${app.standIn.url}/plugins/servlet/oauth2`;
    const query = new URL(app.authorizeUrl()).search;
    for (const path of [`/consent${query}`, '/error?errorName=x']) {
      const page = await ask('GET', pages + path);
      expect(page.status).to.equal(400);
      expect(page.header('Content-Type')).to.match(/^text\/html/);
    }
    expect(await userOf(`Bearer ${accessToken}`), 'resources do not ask').to.equal('ana');
  });
});
