import { expect } from 'chai';
import { callback, callingApp, consumerKey, keys, type CallingApp, type Token } from './calling-app.js';

const tenMinutes = 600;
const fiveYears = 157_680_000;
const thirtyDays = 2_592_000;

describe('c9: access token (6.5)', () => {
  let app: CallingApp;
  beforeEach(async () => {
    app = await callingApp();
  });
  afterEach(() => app.stop());

  const swap = async (token: Token, protocol: Record<string, string> = {}) => {
    const { status, fields, challenge } = await app.accessToken(token, protocol);
    return { status, problem: fields.oauth_problem, fields, challenge };
  };

  describe('c9: swap', () => {
    it('is text/plain with five fields in order, and the secret of the request token', async () => {
      const asked = await app.newRequestToken();
      const answer = await app.accessToken(asked, { oauth_verifier: await app.allow(asked, 'ana') });
      expect(answer.status).to.equal(200);
      expect(answer.header('Content-Type')).to.match(/^text\/plain/);
      expect(answer.body).to.match(
        new RegExp(
          `^oauth_token=[A-Za-z0-9]{32}&oauth_token_secret=${asked.secret}&oauth_expires_in=157680000` +
            '&oauth_session_handle=[A-Za-z0-9]{32}&oauth_authorization_expires_in=160272000$',
        ),
      );
      expect(answer.fields.oauth_token).not.to.equal(asked.token);
    });

    it('ends the request token', async () => {
      const asked = await app.newRequestToken();
      const oauth_verifier = await app.allow(asked, 'ana');
      expect((await swap(asked, { oauth_verifier })).status).to.equal(200);
      expect(await swap(asked, { oauth_verifier })).to.include({ status: 401, problem: 'token_rejected' });
    });

    it('needs no verifier with OAuth 1.0', async () => {
      const { fields } = await app.requestToken({ protocol: {} });
      const asked = { token: fields.oauth_token!, secret: fields.oauth_token_secret! };
      await app.decide(asked, 'ana', 'Allow');
      expect((await swap(asked)).status).to.equal(200);
    });

    for (const placement of ['query', 'form'] as const) {
      it(`takes parameters in the ${placement}`, async () => {
        const asked = await app.newRequestToken();
        const protocol = { oauth_verifier: await app.allow(asked, 'ana') };
        expect((await app.accessToken(asked, protocol, { placement })).status).to.equal(200);
      });
    }
  });

  describe('c9: problems, in the order of the checks', () => {
    it('no token is parameter_absent', async () => {
      const answer = await app.call('/plugins/servlet/oauth/access-token', { method: 'POST' });
      expect(answer.status).to.equal(400);
      expect(answer.fields).to.include({
        oauth_problem: 'parameter_absent',
        oauth_parameters_absent: 'oauth_token',
      });
    });

    it('an unknown token is token_rejected, even if nothing else is right', async () => {
      const answer = await app.accessToken({ token: 'unknown', secret: '' }, {}, { timestampSeconds: 1 });
      expect(answer.status).to.equal(401);
      expect(answer.fields.oauth_problem).to.equal('token_rejected');
    });

    it('a token of somebody who left is token_rejected', async () => {
      const asked = await app.newRequestToken();
      await app.allow(asked, 'ana');
      app.standIn.issued.get(asked.token)!.user = 'left';
      expect(await swap(asked)).to.include({ status: 401, problem: 'token_rejected' });
    });

    it('an undecided one is permission_unknown, before the verifier is asked for', async () => {
      const asked = await app.newRequestToken();
      expect(await swap(asked)).to.include({ status: 401, problem: 'permission_unknown' });
    });

    it('a denied one is permission_denied', async () => {
      const asked = await app.newRequestToken();
      await app.decide(asked, 'ana', 'Deny');
      expect(await swap(asked)).to.include({ status: 401, problem: 'permission_denied' });
    });

    it('one that is older than ten minutes is token_expired, decided or not', async () => {
      const asked = await app.newRequestToken();
      app.pass(tenMinutes);
      expect((await swap(asked)).problem).to.equal('permission_unknown');
      app.pass(1);
      expect(await swap(asked)).to.include({ status: 401, problem: 'token_expired' });
    });

    it("another consumer's is token_rejected, before the verifier is asked for", async () => {
      app.standIn.consumers.set('other', { ...app.consumer, key: 'other' });
      const asked = await app.newRequestToken();
      await app.allow(asked, 'ana');
      const identity = {
        consumerKey: 'other',
        signatureMethod: 'RSA-SHA1',
        privateKey: keys.privateKey,
      } as const;
      const answer = await app.accessToken(asked, {}, { identity });
      expect(answer.status).to.equal(401);
      expect(answer.fields.oauth_problem).to.equal('token_rejected');
    });

    it('no verifier is parameter_absent, a wrong one token_rejected', async () => {
      const asked = await app.newRequestToken();
      await app.allow(asked, 'ana');
      const absent = await swap(asked);
      expect(absent).to.include({ status: 400, problem: 'parameter_absent' });
      expect(absent.fields.oauth_parameters_absent).to.equal('oauth_verifier');
      expect(await swap(asked, { oauth_verifier: 'wrong1' })).to.include({
        status: 401,
        problem: 'token_rejected',
      });
    });

    it('only then the signature matters', async () => {
      const asked = await app.newRequestToken();
      const protocol = { oauth_verifier: await app.allow(asked, 'ana') };
      const identity = { consumerKey, signatureMethod: 'HMAC-SHA1', consumerSecret: 'any' } as const;
      const hmac = await app.accessToken(asked, protocol, { identity });
      expect(hmac.fields.oauth_problem).to.equal('signature_method_rejected');
      const late = await app.accessToken(asked, protocol, { timestampSeconds: 1 });
      expect(late.fields.oauth_problem).to.equal('timestamp_refused');
      expect((await swap(asked, protocol)).status).to.equal(200);
    });
  });

  describe('c9: renewal by session handle', () => {
    it('brings another token and handle, the same secret, and ends the old token', async () => {
      const first = await app.connect('ana');
      const { status, fields } = await swap(first, { oauth_session_handle: first.handle });
      expect(status).to.equal(200);
      expect(fields.oauth_token_secret).to.equal(first.secret);
      expect(fields.oauth_token).not.to.equal(first.token);
      expect(fields.oauth_session_handle).not.to.equal(first.handle);
      expect(await swap(first, { oauth_session_handle: first.handle })).to.include({
        status: 401,
        problem: 'token_rejected',
      });
      expect([...app.standIn.issued.keys()]).to.deep.equal([fields.oauth_token]);
    });

    it('no handle is parameter_absent, a wrong one token_rejected', async () => {
      const first = await app.connect('ana');
      const absent = await swap(first);
      expect(absent).to.include({ status: 400, problem: 'parameter_absent' });
      expect(absent.fields.oauth_parameters_absent).to.equal('oauth_session_handle');
      expect(await swap(first, { oauth_session_handle: 'x' })).to.include({
        status: 401,
        problem: 'token_rejected',
      });
    });

    it('a token without a session is token_rejected', async () => {
      const first = await app.connect('ana');
      app.standIn.issued.get(first.token)!.session = undefined;
      expect(await swap(first, { oauth_session_handle: first.handle })).to.include({
        status: 401,
        problem: 'token_rejected',
      });
    });

    it('works after the token expired, until thirty days later', async () => {
      const first = await app.connect('ana');
      app.pass(fiveYears + thirtyDays);
      const { status, fields } = await swap(first, { oauth_session_handle: first.handle });
      expect(status).to.equal(200);
      app.pass(fiveYears + thirtyDays + 1);
      const second = { token: fields.oauth_token!, secret: first.secret };
      expect(await swap(second, { oauth_session_handle: fields.oauth_session_handle! })).to.include({
        status: 401,
        problem: 'permission_denied',
      });
    });
  });

  it('c9: a consumer that is gone is consumer_key_unknown', async () => {
    const asked = await app.newRequestToken(callback);
    const oauth_verifier = await app.allow(asked, 'ana');
    app.standIn.consumers.clear();
    expect(await swap(asked, { oauth_verifier })).to.include({
      status: 401,
      problem: 'consumer_key_unknown',
    });
  });
});
