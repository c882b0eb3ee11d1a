import { expect } from 'chai';
import { json, oauth2App, projects, redirectUri, refusal, tokensOf, type OAuth2App } from './oauth2-app.js';

describe('D8: refreshing at the Data Center stand-in (oauth2.md 2.5, 2.8)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  const userOf = async (token: string) => (await app.call(projects, { token })).header('X-AUSERNAME');

  it('rotates always, and kills the old access token at once', async () => {
    const old = await app.connect();
    const fresh = tokensOf(await app.refresh(old.refreshToken));
    expect(fresh.accessToken).not.to.equal(old.accessToken);
    expect(fresh.refreshToken).not.to.equal(old.refreshToken);
    expect(await userOf(old.accessToken)).to.equal(undefined);
    expect(await userOf(fresh.accessToken)).to.equal('ana');
  });

  it('answers an old refresh token with invalid_grant, and revokes no family', async () => {
    const old = await app.connect();
    const fresh = tokensOf(await app.refresh(old.refreshToken));
    for (let times = 0; times < 3; times += 1) {
      const answer = await app.refresh(old.refreshToken);
      expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
    }
    expect(await userOf(fresh.accessToken)).to.equal('ana');
    expect((await app.refresh(fresh.refreshToken)).status).to.equal(200);
  });

  it('drops the refresh answer on demand: the old token is gone', async () => {
    const { refreshToken } = await app.connect();
    app.provider.dropRefreshAnswer();
    const code = await app.code();
    expect((await app.exchange(code)).status, 'other grants are answered').to.equal(200);
    expect(await app.refresh(refreshToken).catch(() => 'dropped')).to.equal('dropped');
    expect(refusal(await app.refresh(refreshToken)).error).to.equal('invalid_grant');
    expect(app.provider.tokens().map(({ refreshCount }) => refreshCount)).to.include(1);
  });

  it('two refreshes in parallel: one wins, or both have a pair of their own', async () => {
    const { refreshToken } = await app.connect();
    const serial = await Promise.all([app.refresh(refreshToken), app.refresh(refreshToken)]);
    expect(serial.map(({ status }) => status).sort()).to.deep.equal([200, 400]);

    const winner = tokensOf(serial.find(({ status }) => status === 200)!);
    app.provider.switches.refreshPauseMs = 100;
    const both = await Promise.all([app.refresh(winner.refreshToken), app.refresh(winner.refreshToken)]);
    expect(both.map(({ status }) => status)).to.deep.equal([200, 200]);
    const pairs = both.map(tokensOf);
    expect(pairs[0]!.accessToken).not.to.equal(pairs[1]!.accessToken);
    for (const pair of pairs) expect(await userOf(pair.accessToken)).to.equal('ana');
    expect(await userOf(winner.accessToken)).to.equal(undefined);
  });

  it('500 lock: the token survives', async () => {
    const { refreshToken } = await app.connect();
    app.provider.switches.isLocked = true;
    const answer = await app.refresh(refreshToken);
    expect(answer.status).to.equal(500);
    expect(json(answer)).to.have.all.keys('errors', 'fieldErrors');
    app.provider.switches.isLocked = false;
    expect((await app.refresh(refreshToken)).status).to.equal(200);
  });

  it('JWT secret reset: all tokens die', async () => {
    const { accessToken, refreshToken } = await app.connect();
    app.provider.resetJwtSecret();
    expect(await userOf(accessToken)).to.equal(undefined);
    expect(refusal(await app.refresh(refreshToken))).to.deep.equal({ status: 400, error: 'invalid_grant' });
  });

  it('client deleted: refresh 400 invalid_grant, revoke 401, consent page 400', async () => {
    const { accessToken, refreshToken } = await app.connect();
    app.provider.deleteClient(app.client.clientId);
    expect(await userOf(accessToken)).to.equal(undefined);
    expect(refusal(await app.refresh(refreshToken))).to.deep.equal({ status: 400, error: 'invalid_grant' });
    const revoked = await app.revoke({ token: refreshToken });
    expect(refusal(revoked)).to.deep.equal({ status: 401, error: 'invalid_client' });
    expect((await app.firstStop(await app.browserOf('ana'))).status).to.equal(400);
  });

  it('secret reset: the old one is dead at once, tokens survive', async () => {
    const { accessToken, refreshToken } = await app.connect();
    const old = app.client.clientSecret;
    const client_secret = app.provider.resetSecret(app.client.clientId);
    expect(client_secret).to.match(/^[0-9a-f]{64}$/);
    expect(await userOf(accessToken)).to.equal('ana');
    const stale = await app.refresh(refreshToken, { client_secret: old });
    expect(refusal(stale)).to.deep.equal({ status: 401, error: 'invalid_client' });
    expect((await app.refresh(refreshToken, { client_secret })).status).to.equal(200);
  });

  it('redirect URI edited: tokens survive, the next consent ends on the error page until it is corrected', async () => {
    const { refreshToken } = await app.connect();
    app.provider.editRedirects(app.client.clientId, ['https://placeholder.example.test/']);
    expect((await app.refresh(refreshToken)).status).to.equal(200);
    const lost = await app.answer('ana', 'Allow');
    expect(lost.header('location')).to.include('/plugins/servlet/oauth2/error?errorName=invalid_request');
    app.provider.editRedirects(app.client.clientId, [redirectUri]);
    expect((await app.exchange(await app.code())).status).to.equal(200);
  });

  it('keeps the scope of the grant when the link is edited, and adds nothing to it', async () => {
    const { refreshToken } = await app.connect();
    app.provider.editClient(app.client.clientId, { scope: 'PUBLIC_REPOS' });
    expect(json(await app.refresh(refreshToken)).scope).to.equal('REPO_READ');
  });
});
