import { expect } from 'chai';
import { bitbucketStandIn, createBrowser, signRequest } from '../../../../../plugin/testing/index.js';
import { ask, callingApp, consumerKey, keys, paths, type CallingApp, type Signing } from './calling-app.js';

type Parameters = readonly (readonly [string, string])[];
const fiveYears = 157_680_000;

describe('c9: signed requests (6.6)', () => {
  let app: CallingApp;
  beforeEach(async () => {
    app = await callingApp({
      users: [
        { name: 'ana', password: 'ana', admin: false },
        { name: 'ben', password: 'ben', admin: false },
        { name: 'admin', password: 'sysadmin', admin: true, systemAdmin: true },
      ],
    });
  });
  afterEach(() => app.stop());

  const bareChallenge = (): string => `OAuth realm="${encodeURIComponent(app.standIn.url)}"`;

  describe('c9: 3LO', () => {
    let signing: { token: string; tokenSecret: string };
    beforeEach(async () => {
      const { token, secret } = await app.connect('ana');
      signing = { token, tokenSecret: secret };
    });

    const refused = async (more: Signing = {}) => {
      const { status, fields } = await app.call(paths.whoAmI, { ...signing, ...more });
      return { status, problem: fields.oauth_problem };
    };

    for (const placement of ['header', 'query', 'form'] as const) {
      it(`runs as the user, parameters in the ${placement}`, async () => {
        const method = placement === 'form' ? 'POST' : 'GET';
        const path = placement === 'form' ? paths.projects : paths.whoAmI;
        const answer = await app.call(path, { ...signing, placement, method });
        // A form is no project, but whoever is not known gets 401 first.
        expect(answer.status).to.equal(placement === 'form' ? 401 : 200);
        if (placement !== 'form') expect(answer.body).to.equal('ana');
        else expect(answer.fields.oauth_problem).to.equal(undefined);
      });
    }

    it('sees what the user may see', async () => {
      const keysOf = async (more: Signing) => {
        const { body } = await app.call(paths.projects, more);
        return (JSON.parse(body) as { values: { key: string }[] }).values.map(({ key }) => key);
      };
      expect(await keysOf(signing)).to.deep.equal(['PUB', 'INT']);
      expect(await keysOf({})).to.deep.equal(['PUB']);
    });

    it('does what the user may do, with a JSON body that the signature does not cover', async () => {
      const body = { content: JSON.stringify({ key: 'NEW' }), contentType: 'application/json' };
      expect((await app.call(paths.projects, { ...signing, method: 'POST', body })).status).to.equal(401);
      const { token, secret: tokenSecret } = await app.connect('admin');
      const made = await app.call(paths.projects, { token, tokenSecret, method: 'POST', body });
      expect(made.status).to.equal(201);
      expect((await app.call(`${paths.projects}/NEW`, signing)).status).to.equal(200);
    });

    it('is an administrator on the linking resources, if the user is one', async () => {
      const path = '/rest/applinks/3.0/applicationlink';
      expect((await app.call(path, signing)).status).to.equal(401);
      const { token, secret: tokenSecret } = await app.connect('admin');
      expect((await app.call(path, { token, tokenSecret })).status).to.equal(200);
    });

    it('an unknown token, a user who left and a request token are token_rejected', async () => {
      const asked = await app.newRequestToken();
      expect(await refused({ token: asked.token })).to.deep.equal({ status: 401, problem: 'token_rejected' });
      expect(await refused({ token: 'unknown' })).to.deep.equal({ status: 401, problem: 'token_rejected' });
      app.standIn.issued.get(signing.token)!.user = 'left';
      expect(await refused()).to.deep.equal({ status: 401, problem: 'token_rejected' });
    });

    it("another consumer's token is token_rejected", async () => {
      app.standIn.consumers.set('other', { ...app.consumer, key: 'other' });
      const identity = {
        consumerKey: 'other',
        signatureMethod: 'RSA-SHA1',
        privateKey: keys.privateKey,
      } as const;
      expect(await refused({ identity })).to.deep.equal({ status: 401, problem: 'token_rejected' });
    });

    it('is token_expired after five years, before the signature is looked at', async () => {
      app.pass(fiveYears);
      expect(await refused()).to.deep.equal({ status: 200, problem: undefined });
      app.pass(1);
      expect(await refused({ timestampSeconds: 1 })).to.deep.equal({ status: 401, problem: 'token_expired' });
    });

    it('a wrong signature is signature_invalid, a used nonce nonce_used', async () => {
      const tamper = (parameters: Parameters): Parameters =>
        parameters.map(([name, value]) => [name, name === 'oauth_signature' ? 'AAAA' : value]);
      expect(await refused({ tamper, nonce: 'n' })).to.include({ problem: 'signature_invalid' });
      expect(await refused({ nonce: 'n' })).to.deep.equal({ status: 401, problem: 'nonce_used' });
    });

    it('a consumer that is gone is consumer_key_unknown, one without 3LO permission_denied', async () => {
      app.consumer.threeLegged = false;
      expect(await refused()).to.deep.equal({ status: 401, problem: 'permission_denied' });
      app.standIn.consumers.clear();
      expect(await refused()).to.deep.equal({ status: 401, problem: 'consumer_key_unknown' });
    });

    it('a problem travels in header and body', async () => {
      const answer = await app.call(paths.whoAmI, { token: 'unknown' });
      expect(answer.challenge).to.equal(`${bareChallenge()}, oauth_problem="token_rejected"`);
      expect(answer.body).to.equal('oauth_problem=token_rejected');
    });
  });

  it('c9: a user who may not log in is 401 with a challenge and no problem', async () => {
    const { token, secret: tokenSecret } = await app.connect('ana');
    app.standIn.users.find(({ name }) => name === 'ana')!.isLocked = true;
    const answer = await app.call(paths.whoAmI, { token, tokenSecret });
    expect(answer.status).to.equal(401);
    expect(answer.challenge).to.equal(bareChallenge());
  });

  describe('c9: a challenge on every 401', () => {
    it('whoever asked: anonymous, or with a wrong password', async () => {
      const url = `${app.standIn.url}/rest/applinks/3.0/applicationlink`;
      const wrong = { Authorization: `Basic ${Buffer.from('ana:no').toString('base64')}` };
      for (const headers of [{}, wrong]) {
        const answer = await ask('GET', url, headers);
        expect(answer.status).to.equal(401);
        expect(answer.challenge).to.equal(bareChallenge());
      }
    });

    it('but on nothing else', async () => {
      expect((await ask('GET', `${app.standIn.url}/nowhere`)).challenge).to.equal(undefined);
      expect((await ask('GET', app.standIn.url + paths.whoAmI)).challenge).to.equal(undefined);
    });

    it('has the configured base URL as realm, under whatever name it was asked', async () => {
      const standIn = bitbucketStandIn({ contextPath: '/stash', hostname: 'localhost' });
      await standIn.start();
      const { challenge } = await ask('GET', `${standIn.urls[1]}/rest/applinks/3.0/applicationlink`);
      await standIn.stop();
      expect(challenge).to.match(/^OAuth realm="http%3A%2F%2Flocalhost%3A\d+%2Fstash"$/);
    });
  });

  describe('c9: what is skipped', () => {
    it('the signature of who is logged in already', async () => {
      const browser = createBrowser({ headers: { Authorization: 'OAuth oauth_token="x"' } });
      await browser.post(`${app.standIn.url}/login`, { j_username: 'ana', j_password: 'ana' });
      expect((await browser.get(app.standIn.url + paths.whoAmI)).text).to.equal('ana');
    });

    it("a WebDAV client's signature", async () => {
      const { token, secret: tokenSecret } = await app.connect('ana');
      const identity = { consumerKey, signatureMethod: 'RSA-SHA1', privateKey: keys.privateKey } as const;
      const url = app.standIn.url + paths.whoAmI;
      const signed = signRequest({
        method: 'GET',
        url,
        identity,
        token,
        tokenSecret,
        timestampSeconds: 1_800_000_000,
      });
      const answer = await ask('GET', url, { ...signed.headers, 'User-Agent': 'WebDAVFS/3.0.0' });
      expect(answer.body).to.equal('');
    });
  });

  it('c9: a clock that goes wrong refuses timestamps, and shows in the header Date', async () => {
    app.standIn.faults.serverClockOffsetSeconds = 600;
    const answer = await app.call(paths.whoAmI, { token: '' });
    expect(answer.status).to.equal(400);
    expect(answer.fields.oauth_acceptable_timestamps).to.equal('1800000300-1800000900');
    expect(Date.parse(answer.header('Date')!)).to.equal(1_800_000_600_000);
  });

  for (const problem of ['timestamp_refused', 'token_revoked']) {
    it(`c9: the fault "${problem}" refuses whatever is signed`, async () => {
      const { token, secret: tokenSecret } = await app.connect('ana');
      app.standIn.faults.problem = problem;
      expect((await app.call(paths.whoAmI, { token, tokenSecret })).fields.oauth_problem).to.equal(problem);
      expect((await app.requestToken()).fields.oauth_problem).to.equal(problem);
      expect((await ask('GET', app.standIn.url + paths.whoAmI)).status).to.equal(200);
      app.standIn.faults.problem = undefined;
      expect((await app.call(paths.whoAmI, { token, tokenSecret })).body).to.equal('ana');
    });
  }
});
