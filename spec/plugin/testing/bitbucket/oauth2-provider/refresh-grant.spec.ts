import { expect } from 'chai';
import { json, oauth2App, redirectUri, refusal, type OAuth2App } from './oauth2-app.js';

describe('refresh grant of the Data Center stand-in (oauth2.md 2.5)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  describe('table 2.5, refresh_token', () => {
    it('row 1: without refresh_token or client_id', async () => {
      const { refreshToken } = await app.connect();
      const missing = await app.token({ grant_type: 'refresh_token' });
      expect(refusal(missing)).to.deep.equal({ status: 400, error: 'invalid_request' });
      const anonymous = await app.refresh(refreshToken, { client_id: undefined });
      expect(refusal(anonymous)).to.deep.equal({ status: 400, error: 'invalid_request' });
    });

    it('row 3: a token signed by somebody else, an access token, or one of another client', async () => {
      const { accessToken, refreshToken } = await app.connect();
      const [header, payload] = refreshToken.split('.');
      const forged = `${header!}.${payload!}.${Buffer.alloc(32).toString('base64url')}`;
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload!}.AA`;
      const other = app.provider.registerClient({
        name: 'Other',
        redirects: [redirectUri],
        scope: 'REPO_READ',
      });
      const theirs = { client_id: other.clientId, client_secret: other.clientSecret };
      for (const answer of [
        await app.refresh(forged),
        await app.refresh(none),
        await app.refresh(accessToken),
        await app.refresh(refreshToken, theirs),
      ]) {
        expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
      }
    });

    it('row 3: a token older than 90 days of its own, sliding', async () => {
      const days = 24 * 60 * 60;
      let { refreshToken } = await app.connect();
      for (let times = 0; times < 3; times += 1) {
        app.pass(89 * days);
        refreshToken = json(await app.refresh(refreshToken)).refresh_token as string;
      }
      app.pass(90 * days);
      expect(refusal(await app.refresh(refreshToken)).error).to.equal('invalid_grant');
    });

    it('row 4: a wrong secret, which leaves the token alone', async () => {
      const { refreshToken } = await app.connect();
      const answer = await app.refresh(refreshToken, { client_secret: 'wrong' });
      expect(refusal(answer)).to.deep.equal({ status: 401, error: 'invalid_client' });
      expect((await app.refresh(refreshToken)).status).to.equal(200);
    });

    it('row 5: a lock that is not obtained is 500', async () => {
      const { refreshToken } = await app.connect();
      app.provider.switches.isLocked = true;
      expect((await app.refresh(refreshToken)).status).to.equal(500);
      expect((await app.refresh(refreshToken, { client_secret: 'wrong' })).status).to.equal(401);
    });
  });
});
