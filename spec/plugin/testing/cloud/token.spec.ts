import { expect } from 'chai';
import { dayMs, minuteMs } from '../../../support/clock.js';
import { cloudUser, wanted, type CloudUser } from './cloud-app.js';

const invalidCode = { error: 'invalid_request', error_description: 'authorization_code is invalid' };
const invalidGrant = {
  status: 403,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};

describe('C1: tokens of the cloud', () => {
  let user: CloudUser;
  beforeEach(async () => (user = await cloudUser()));
  afterEach(() => user.stop());

  it('answers JSON without a token_type', async () => {
    const { status, body } = await user.redeem(await user.code());
    expect(status).to.equal(200);
    expect(body).to.have.all.keys('access_token', 'refresh_token', 'expires_in', 'scope');
    expect(body).to.include({ expires_in: 3600, scope: wanted });
    user.cloud.switches.tokenType = 'Bearer';
    expect((await user.refresh(String(body.refresh_token))).body).to.have.property('token_type', 'Bearer');
  });

  it('gives a refresh token only with offline_access', async () => {
    expect(await user.tokens({ scope: 'read:me' })).not.to.have.property('refresh_token');
  });

  it('takes JSON only', async () => {
    const form = {
      grant_type: 'authorization_code',
      code: await user.code(),
      redirect_uri: user.callbackUrl,
    };
    const credentials = { client_id: user.app.clientId, client_secret: user.app.clientSecret };
    const sent = await user.token({ ...form, ...credentials }, 'application/x-www-form-urlencoded');
    expect(sent.status).to.equal(400);
    expect((await user.token({ ...form, ...credentials }, 'text/plain')).status).to.equal(400);
    expect((await user.token({ ...form, ...credentials }, 'application/json;charset=UTF-8')).status).to.equal(
      200,
    );
  });

  it('takes a code once, within ten minutes, from its own app and with its own callback URL', async () => {
    const once = await user.code();
    expect((await user.redeem(once)).status).to.equal(200);
    expect(await user.redeem(once)).to.deep.equal({ status: 400, body: invalidCode });
    expect((await user.redeem('unknown')).body).to.deep.equal(invalidCode);

    const old = await user.code();
    user.clock.advance(11 * minuteMs);
    expect((await user.redeem(old)).body).to.deep.equal(invalidCode);

    const foreign = await user.code();
    const other = user.cloud.registerApp({ ...user.app, name: 'Other' });
    const body = { grant_type: 'authorization_code', code: foreign, redirect_uri: user.callbackUrl };
    const byOther = { ...body, client_id: other.clientId, client_secret: other.clientSecret };
    expect((await user.token(byOther)).body).to.deep.equal(invalidCode);
    const own = { ...body, client_id: user.app.clientId, client_secret: user.app.clientSecret };
    expect((await user.token({ ...own, redirect_uri: 'https://x.example' })).body).to.deep.equal(invalidCode);
    expect((await user.token(own)).status, 'untouched by both').to.equal(200);
  });

  it('refuses wrong credentials and other grants', async () => {
    const { clientId: client_id, clientSecret: client_secret } = user.app;
    const wrong = await user.token({ grant_type: 'refresh_token', client_id, client_secret: 'wrong' });
    expect(wrong)
      .to.deep.include({ status: 401 })
      .and.to.have.nested.property('body.error', 'invalid_client');
    const unknown = await user.token({ grant_type: 'refresh_token' });
    expect(unknown.body.error).to.equal('invalid_client');
    const other = await user.token({ grant_type: 'client_credentials', client_id, client_secret });
    expect(other.body.error).to.equal('unsupported_grant_type');
  });

  it('answers 403 invalid_grant to a refresh token that is unknown, missing, revoked or of another app', async () => {
    expect(await user.refresh('unknown')).to.deep.equal(invalidGrant);
    expect(await user.refresh(undefined)).to.deep.equal(invalidGrant);
    const { refresh_token } = await user.tokens();
    const other = user.cloud.registerApp({ ...user.app, name: 'Other' });
    const { clientId: client_id, clientSecret: client_secret } = other;
    expect(
      await user.token({ grant_type: 'refresh_token', client_id, client_secret, refresh_token }),
    ).to.deep.equal(invalidGrant);
    user.cloud.revoke('ana', user.app.clientId);
    expect(await user.refresh(refresh_token)).to.deep.equal(invalidGrant);
  });

  it('rotates: each refresh gives another pair', async () => {
    const first = await user.tokens();
    const { status, body } = await user.refresh(first.refresh_token);
    expect(status).to.equal(200);
    expect(body.refresh_token).to.be.a('string').and.not.to.equal(first.refresh_token);
    expect(body.access_token).not.to.equal(first.access_token);
  });

  it('rotates: the old refresh token works for ten minutes more, and then no longer', async () => {
    const { refresh_token: old } = await user.tokens();
    user.clock.advance(dayMs);
    const { body } = await user.refresh(old);
    user.clock.advance(9 * minuteMs);
    expect((await user.refresh(old)).status).to.equal(200);
    user.clock.advance(2 * minuteMs);
    expect(await user.refresh(old)).to.deep.equal(invalidGrant);
    expect((await user.refresh(String(body.refresh_token))).status, 'its successor').to.equal(200);
  });

  it('rotates: after an answer that was lost the same refresh token brings another pair', async () => {
    const { refresh_token } = await user.tokens();
    user.cloud.faults.answer('/oauth/token', { drop: 'after', once: true });
    let lost = false;
    await user.refresh(refresh_token).catch(() => (lost = true));
    expect(lost).to.equal(true);
    expect((await user.refresh(refresh_token)).status).to.equal(200);
  });

  it('forgets a refresh token that is not used for 90 days', async () => {
    const { refresh_token } = await user.tokens();
    user.clock.advance(90 * dayMs - minuteMs);
    const { status, body } = await user.refresh(refresh_token);
    expect(status).to.equal(200);
    user.clock.advance(91 * dayMs);
    expect(await user.refresh(String(body.refresh_token))).to.deep.equal(invalidGrant);
  });

  it('ends a family 365 days after the consent, however often it is used', async () => {
    let { refresh_token } = await user.tokens();
    for (let days = 80; days <= 320; days += 80) {
      user.clock.advance(80 * dayMs);
      const { body } = await user.refresh(refresh_token);
      refresh_token = String(body.refresh_token);
    }
    user.clock.advance(46 * dayMs);
    expect(await user.refresh(refresh_token)).to.deep.equal(invalidGrant);
  });
});
