import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { callback, callingApp, consumerKey, keys, paths, type CallingApp } from './calling-app.js';

const rsa = (key: string) =>
  ({ consumerKey: key, signatureMethod: 'RSA-SHA1', privateKey: keys.privateKey }) as const;

describe('c9: request token (6.2)', () => {
  let app: CallingApp;
  beforeEach(async () => {
    app = await callingApp();
  });
  afterEach(() => app.stop());

  describe('c9: success', () => {
    it('is text/plain with three fields in order', async () => {
      const answer = await app.requestToken();
      expect(answer.status).to.equal(200);
      expect(answer.header('Content-Type')).to.match(/^text\/plain/);
      expect(answer.body).to.match(
        /^oauth_token=[A-Za-z0-9]{32}&oauth_token_secret=[A-Za-z0-9]{32}&oauth_callback_confirmed=true$/,
      );
    });

    it('without a callback is OAuth 1.0, which confirms none', async () => {
      const answer = await app.requestToken({ protocol: {} });
      expect(answer.body).to.match(/^oauth_token=[A-Za-z0-9]{32}&oauth_token_secret=[A-Za-z0-9]{32}$/);
      expect(app.standIn.issued.get(answer.fields.oauth_token!)?.version).to.equal('1.0');
    });

    it('with the callback oob is 1.0a without a callback', async () => {
      const { fields } = await app.requestToken({ protocol: { oauth_callback: 'oob' } });
      expect(fields.oauth_callback_confirmed).to.equal('true');
      expect(app.standIn.issued.get(fields.oauth_token!)?.callback).to.equal(undefined);
    });

    for (const placement of ['header', 'query', 'form'] as const) {
      it(`takes parameters in the ${placement}`, async () => {
        expect((await app.requestToken({ placement })).status).to.equal(200);
      });
    }

    it('does not compare the callback with the registered one', async () => {
      app.consumer.callback = 'http://elsewhere.example.test/';
      expect((await app.requestToken()).status).to.equal(200);
    });
  });

  it('c9: a GET gets nothing, with 200', async () => {
    for (const path of [paths.requestToken, paths.accessToken]) {
      const answer = await app.call(path);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.equal('');
    }
    expect(app.standIn.issued.size).to.equal(0);
  });

  describe('c9: problems', () => {
    const drop = (dropped: string) => (parameters: readonly (readonly [string, string])[]) =>
      parameters.filter(([name]) => name !== dropped);
    const set = (changed: string, to: string) => (parameters: readonly (readonly [string, string])[]) =>
      parameters.map(([name, value]) => [name, name === changed ? to : value] as const);

    for (const [name, status, problem, signing] of [
      ['no consumer key', 400, 'parameter_absent', { tamper: drop('oauth_consumer_key') }],
      ['an unknown consumer', 401, 'consumer_key_unknown', { identity: rsa('nobody') }],
      ['a relative callback', 400, 'parameter_rejected', { protocol: { oauth_callback: '/back' } }],
      ['an empty callback', 400, 'parameter_rejected', { protocol: { oauth_callback: '' } }],
      ['a script as callback', 400, 'parameter_rejected', { protocol: { oauth_callback: 'javascript:x' } }],
      [
        'a callback with a space',
        400,
        'parameter_rejected',
        { protocol: { oauth_callback: 'http://h/a b' } },
      ],
      ['an upper-case scheme', 400, 'parameter_rejected', { protocol: { oauth_callback: 'HTTP://h/' } }],
      ['no method', 400, 'parameter_absent', { tamper: drop('oauth_signature_method') }],
      ['PLAINTEXT', 400, 'signature_method_rejected', { tamper: set('oauth_signature_method', 'PLAINTEXT') }],
      [
        'RSA-SHA256',
        400,
        'signature_method_rejected',
        { tamper: set('oauth_signature_method', 'RSA-SHA256') },
      ],
      ['version 2.0', 400, 'version_rejected', { tamper: set('oauth_version', '2.0') }],
      ['no timestamp', 400, 'parameter_absent', { tamper: drop('oauth_timestamp') }],
      ['no nonce', 400, 'parameter_absent', { tamper: drop('oauth_nonce') }],
      ['301 s behind', 400, 'timestamp_refused', { timestampSeconds: 1_800_000_000 - 301 }],
      ['301 s ahead', 400, 'timestamp_refused', { timestampSeconds: 1_800_000_000 + 301 }],
      ['no signature', 400, 'parameter_absent', { tamper: drop('oauth_signature') }],
      ['a wrong signature', 401, 'signature_invalid', { tamper: set('oauth_signature', 'AAAA') }],
      [
        'a changed callback',
        401,
        'signature_invalid',
        { tamper: set('oauth_callback', 'http://evil.example/') },
      ],
    ] as const) {
      it(`c9: ${name} is ${problem} with ${status}`, async () => {
        const answer = await app.requestToken(signing);
        expect(answer.status).to.equal(status);
        expect(answer.fields.oauth_problem).to.equal(problem);
        expect(answer.challenge).to.include(`oauth_problem="${problem}"`);
        expect(app.standIn.issued.size).to.equal(0);
      });
    }

    it('a consumer that may not do 3LO is permission_denied', async () => {
      app.consumer.threeLegged = false;
      const answer = await app.requestToken();
      expect(answer.status).to.equal(401);
      expect(answer.fields.oauth_problem).to.equal('permission_denied');
    });

    it('HMAC-SHA1 is signature_method_rejected, even with the right secret', async () => {
      const identity = { consumerKey, signatureMethod: 'HMAC-SHA1', consumerSecret: 'any' } as const;
      const answer = await app.requestToken({ identity });
      expect(answer.status).to.equal(400);
      expect(answer.fields.oauth_problem).to.equal('signature_method_rejected');
    });

    it("another application's key is signature_invalid, with the base string that was meant", async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const answer = await app.requestToken({ identity: { ...rsa(consumerKey), privateKey } });
      expect(answer.fields.oauth_problem).to.equal('signature_invalid');
      const url = encodeURIComponent(app.standIn.url + paths.requestToken);
      expect(answer.fields.oauth_signature_base_string).to.match(new RegExp(`^POST&${url}&oauth_callback`));
    });

    it('an OAuth parameter sent twice is parameter_rejected and named', async () => {
      const answer = await app.requestToken({
        tamper: (parameters) => [...parameters, ['oauth_nonce', 'second']],
      });
      expect(answer.status).to.equal(400);
      expect(answer.fields).to.include({
        oauth_problem: 'parameter_rejected',
        oauth_parameters_rejected: 'oauth_nonce',
      });
    });

    it('names the absent parameter, quotes the bad callback, tells the times that it accepts', async () => {
      const absent = await app.requestToken({ tamper: drop('oauth_consumer_key') });
      expect(absent.fields.oauth_parameters_absent).to.equal('oauth_consumer_key');
      const rejected = await app.requestToken({ protocol: { oauth_callback: 'ftp://h/' } });
      expect(rejected.fields.oauth_parameters_rejected).to.equal('oauth_callback');
      expect(rejected.fields.oauth_problem_advice).to.include('ftp://h/');
      const refused = await app.requestToken({ timestampSeconds: 1 });
      expect(refused.fields.oauth_acceptable_timestamps).to.equal('1799999700-1800000300');
      expect(refused.challenge).to.include('oauth_acceptable_timestamps="1799999700-1800000300"');
    });

    it('are a form in the body, and a challenge with the encoded base URL as realm', async () => {
      const answer = await app.requestToken({ identity: rsa('nobody') });
      expect(answer.header('Content-Type')).to.match(/^application\/x-www-form-urlencoded/);
      expect(answer.body).to.equal('oauth_problem=consumer_key_unknown');
      const realm = encodeURIComponent(app.standIn.url);
      expect(answer.challenge).to.equal(`OAuth realm="${realm}", oauth_problem="consumer_key_unknown"`);
    });

    it('a timestamp that is no number ends in 500 with a challenge and no problem', async () => {
      const answer = await app.requestToken({ tamper: set('oauth_timestamp', 'soon') });
      expect(answer.status).to.equal(500);
      expect(answer.challenge).to.match(/^OAuth realm="[^"]*"$/);
    });
  });

  describe('c9: order of the checks', () => {
    const hmac = { consumerKey, signatureMethod: 'HMAC-SHA1', consumerSecret: 'any' } as const;
    const problemOf = async (signing: Parameters<CallingApp['requestToken']>[0]) =>
      (await app.requestToken(signing)).fields.oauth_problem;

    it('consumer before 3LO, 3LO before callback, callback before method', async () => {
      const protocol = { oauth_callback: 'bad' };
      const unknown = { ...hmac, consumerKey: 'nobody' };
      expect(await problemOf({ protocol, identity: unknown })).to.equal('consumer_key_unknown');
      app.consumer.threeLegged = false;
      expect(await problemOf({ protocol, identity: hmac })).to.equal('permission_denied');
      app.consumer.threeLegged = true;
      expect(await problemOf({ protocol, identity: hmac })).to.equal('parameter_rejected');
      expect(await problemOf({ identity: hmac, timestampSeconds: 1 })).to.equal('signature_method_rejected');
    });

    it('timestamp before nonce, nonce before signature', async () => {
      const nonce = 'once';
      const tamper = (parameters: readonly (readonly [string, string])[]) =>
        parameters.map(([name, value]) => [name, name === 'oauth_signature' ? 'AAAA' : value] as const);
      expect(await problemOf({ nonce, tamper })).to.equal('signature_invalid');
      expect(await problemOf({ nonce })).to.equal('nonce_used');
      expect(await problemOf({ nonce, timestampSeconds: 1 })).to.equal('timestamp_refused');
    });
  });

  describe('c9: nonce and timestamp (6.7)', () => {
    const statusOf = async (nonce: string, timestampSeconds?: number) =>
      (await app.requestToken({ nonce, timestampSeconds })).status;

    it('accepts 300 s on either side', async () => {
      expect(await statusOf('a', 1_800_000_000 - 300)).to.equal(200);
      expect(await statusOf('b', 1_800_000_000 + 300)).to.equal(200);
    });

    it('refuses a nonce for 60 s, whatever the timestamp', async () => {
      expect(await statusOf('a', 1_800_000_000)).to.equal(200);
      app.pass(59);
      const again = await app.requestToken({ nonce: 'a', timestampSeconds: 1_800_000_059 });
      expect(again.status).to.equal(401);
      expect(again.fields.oauth_problem).to.equal('nonce_used');
    });

    it('takes it again after 60 s with another timestamp, but not with the same', async () => {
      expect(await statusOf('a', 1_800_000_000)).to.equal(200);
      app.pass(61);
      expect(await statusOf('a', 1_800_000_000)).to.equal(401);
      expect(await statusOf('a', 1_800_000_061)).to.equal(200);
    });

    it('keeps the nonces of two consumers apart', async () => {
      app.standIn.consumers.set('other', { ...app.consumer, key: 'other' });
      expect(await statusOf('a')).to.equal(200);
      expect((await app.requestToken({ nonce: 'a', identity: rsa('other') })).status).to.equal(200);
    });
  });

  it('c9: a callback of the request token is kept', async () => {
    const { token } = await app.newRequestToken();
    expect(app.standIn.issued.get(token)?.callback).to.equal(callback);
  });
});
