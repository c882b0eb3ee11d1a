/** The request token endpoint, row by row of jenkins-integration.md A2 and D3 (RequestTokenRestEndpointTest). */
import { expect } from 'chai';
import { press } from '../support/consent.js';
import { classicPaths, send, TestConsumer, type Answer, type Signing } from '../support/test-consumer.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';

const callback = 'https://bb.example.test/access?id=1';

describe('The request token endpoint', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  before(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app);
  });
  after(() => app.close());

  const ask = (signing: Signing = {}) => consumer.askRequestToken(callback, signing);
  /** Signs as usual, then changes what is sent. */
  const without = (name: string): Signing => ({
    tamper: (pairs) => pairs.filter((pair) => pair[0] !== name),
  });
  const replacing = (name: string, value: string): Signing => ({
    tamper: (pairs) => pairs.map((pair) => (pair[0] === name ? ([name, value] as const) : pair)),
  });
  const expectProblem = (
    answer: Answer,
    status: number,
    problem: string,
    fields: Record<string, string> = {},
  ): void => {
    expect(answer.problem, answer.text).to.equal(problem);
    expect(answer.status).to.equal(status);
    expect(answer.headers.get('www-authenticate')).to.match(/^OAuth realm="/);
    expect(answer.headers.get('content-type')).to.match(/^application\/x-www-form-urlencoded/);
    expect(answer.fields).to.include({ oauth_problem: problem, ...fields });
  };

  it('answers a valid request with three fields in order, as text/plain', async () => {
    const answer = await ask();
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.match(/^text\/plain/);
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    expect(Object.keys(answer.fields)).to.deep.equal([
      'oauth_token',
      'oauth_token_secret',
      'oauth_callback_confirmed',
    ]);
    expect(answer.fields.oauth_callback_confirmed).to.equal('true');
    expect(answer.fields.oauth_token).to.match(/^[\w-]{43}$/);
  });

  for (const placement of ['form', 'header', 'query'] as const) {
    it(`reads the OAuth parameters from the ${placement}`, async () => {
      expect((await ask({ placement })).status).to.equal(200);
    });
  }

  it('gives a different token each time', async () => {
    const tokens = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(tokens.map((answer) => answer.fields.oauth_token)).size).to.equal(3);
  });

  for (const method of ['GET', 'PUT', 'DELETE']) {
    it(`refuses ${method} with 405`, async () => {
      const answer = await consumer.send(method, classicPaths.requestToken, { placement: 'header' });
      expect(answer.status).to.equal(405);
      expect(answer.headers.get('allow')).to.equal('POST');
    });
  }

  it('row 2: no oauth_consumer_key', async () => {
    const fields = { oauth_parameters_absent: 'oauth_consumer_key' };
    expectProblem(await ask(without('oauth_consumer_key')), 400, 'parameter_absent', fields);
  });

  it('row 3: an unknown consumer, and nothing more in the body', async () => {
    const stranger = new TestConsumer(app.baseUrl, { ...consumer.identity, consumerKey: 'nobody' });
    const answer = await stranger.askRequestToken(callback);
    expectProblem(answer, 401, 'consumer_key_unknown');
    expect(answer.text).to.equal('oauth_problem=consumer_key_unknown');
  });

  it('row 4: a parameter given twice', async () => {
    const tamper: Signing['tamper'] = (pairs) => [...pairs, ['oauth_nonce', 'second'] as const];
    const fields = { oauth_parameters_rejected: 'oauth_nonce' };
    expectProblem(await ask({ tamper }), 400, 'parameter_rejected', fields);
  });

  it('row 5: another version', async () => {
    const answer = await ask(replacing('oauth_version', '2.0'));
    expectProblem(answer, 400, 'version_rejected', { oauth_acceptable_versions: '1.0-1.0' });
  });

  for (const name of ['oauth_timestamp', 'oauth_nonce', 'oauth_signature_method', 'oauth_signature']) {
    it(`rows 6 and 9: no ${name}`, async () => {
      expectProblem(await ask(without(name)), 400, 'parameter_absent', { oauth_parameters_absent: name });
    });
  }

  for (const offsetSeconds of [-301, 301]) {
    it(`row 7: a timestamp ${offsetSeconds} seconds off`, async () => {
      const answer = await ask({
        timestampSeconds: Math.floor(Date.now() / 1000) + offsetSeconds + Math.sign(offsetSeconds),
      });
      expectProblem(answer, 400, 'timestamp_refused');
      expect(answer.fields.oauth_acceptable_timestamps).to.match(/^\d+-\d+$/);
    });
  }

  for (const value of ['abc', '1e9', '-5', '99999999999', '1.5']) {
    it(`row 7, KIT: the malformed timestamp ${value} is 400, not 500`, async () => {
      expect((await ask(replacing('oauth_timestamp', value))).status).to.equal(400);
    });
  }

  it('row 8: a nonce seen before', async () => {
    expect((await ask({ nonce: 'n-replayed' })).status).to.equal(200);
    expectProblem(await ask({ nonce: 'n-replayed' }), 401, 'nonce_used');
  });

  it('row 8, KIT: a forged request does not burn the nonce of the real one', async () => {
    const forged = await ask({
      nonce: 'n-raced',
      ...replacing('oauth_signature', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
    });
    expectProblem(forged, 401, 'signature_invalid');
    expect((await ask({ nonce: 'n-raced' })).status).to.equal(200);
  });

  it('row 8: the same nonce of another consumer is another nonce', async () => {
    const other = await registerConsumer(app);
    expect((await ask({ nonce: 'n-shared' })).status).to.equal(200);
    expect((await other.askRequestToken(callback, { nonce: 'n-shared' })).status).to.equal(200);
  });

  for (const method of ['PLAINTEXT', 'HMAC-SHA256', 'RSA-SHA1', 'HMAC-MD5']) {
    it(`row 9 and A10: the method ${method} of a consumer registered for HMAC-SHA1`, async () => {
      const answer = await ask(replacing('oauth_signature_method', method));
      const fields = { oauth_acceptable_signature_methods: 'HMAC-SHA1' };
      expectProblem(answer, 400, 'signature_method_rejected', fields);
    });
  }

  it('row 10: a wrong signature; the answer shows neither base string nor signature', async () => {
    const liar = new TestConsumer(app.baseUrl, {
      consumerKey: consumer.identity.consumerKey,
      signatureMethod: 'HMAC-SHA1',
      consumerSecret: 'not the secret',
    });
    const answer = await liar.askRequestToken(callback);
    expectProblem(answer, 401, 'signature_invalid');
    expect(answer.text).to.equal('oauth_problem=signature_invalid');
  });

  it('row 11, KIT: a missing callback is refused', async () => {
    const answer = await consumer.askRequestToken(undefined);
    expectProblem(answer, 400, 'parameter_absent', { oauth_parameters_absent: 'oauth_callback' });
  });

  it('row 11: a missing callback falls back to the registered one where the consumer is allowed to', async () => {
    const old = await registerConsumer(app, {
      allowInsecureMissingCallback: true,
      callbackUrl: 'https://old.test/cb',
    });
    expect((await old.askRequestToken(undefined)).status).to.equal(200);
  });

  it('row 11: oob is accepted', async () => {
    expect((await consumer.askRequestToken('oob')).status).to.equal(200);
  });

  const hostile = [
    'not a url',
    '/relative',
    'ftp://bb.example.test/x',
    'javascript:alert(1)//',
    'data:text/html,x',
    'https:///nohost',
    'https://',
    'https://bb.example.test/#fragment',
    'https://user:pw@bb.example.test/',
    'https://bb.example.test\\@evil.test/',
    'https://bb.example.test/\r\nSet-Cookie: x=1',
    'https://bb.example.test/ä',
    '//bb.example.test/x',
    'OOB',
    `https://bb.example.test/${'x'.repeat(3000)}`,
  ];
  for (const value of hostile) {
    it(`row 11: the callback ${JSON.stringify(value.slice(0, 60))} is refused`, async () => {
      const answer = await consumer.askRequestToken(value);
      expect(answer.status, answer.text).to.equal(400);
      expect(answer.problem).to.equal('parameter_rejected');
      expect(answer.fields.oauth_parameters_rejected ?? 'oauth_callback').to.equal('oauth_callback');
    });
  }

  it('row 11: the advice explains the rule and quotes the value', async () => {
    const answer = await consumer.askRequestToken('ftp://bb.example.test/x');
    expect(answer.fields.oauth_problem_advice).to.match(/absolute http or https URL/);
    expect(answer.fields.oauth_problem_advice).to.include('"ftp://bb.example.test/x"');
  });

  it('row 12 and KIT: a consumer without 3LO gets permission_denied', async () => {
    const link = await app.applinks.links.get(consumer.linkId);
    const levels = { ...link.levels, threeLegged: false };
    await app.store.links.update({ ...link, levels });
    try {
      expectProblem(await ask(), 401, 'permission_denied');
    } finally {
      const changed = await app.applinks.links.get(consumer.linkId);
      await app.store.links.update({ ...changed, levels: link.levels });
    }
  });

  it('refuses a body that is too large, and a header that is too long, without an exception', async () => {
    const large = await ask({ form: { padding: 'x'.repeat(1_100_000) } });
    expectProblem(large, 413, 'parameter_rejected');
    const long = await ask({ placement: 'header', nonce: 'n'.repeat(9000) });
    expect(long.status).to.equal(400);
  });

  it('names the problem to other methods too', async () => {
    const answer = await send(app.baseUrl + classicPaths.requestToken, { method: 'PUT' });
    expect([answer.status, answer.problem]).to.deep.equal([405, 'parameter_rejected']);
    expect(answer.headers.get('allow')).to.equal('POST');
  });

  it('limits invented consumer keys per address; real consumers go on', async () => {
    const limited = await startKitApp({ limitFailures: true });
    try {
      const real = await registerConsumer(limited);
      const ask = (n: number) =>
        new TestConsumer(limited.baseUrl, { ...real.identity, consumerKey: `nobody-${n}` }).askRequestToken(
          callback,
        );
      for (let n = 1; n < 30; n += 1) expect((await ask(n)).problem).to.equal('consumer_key_unknown');
      expect((await ask(30)).status).to.equal(429);
      expect((await ask(31)).status).to.equal(429);
      expect((await real.askRequestToken(callback)).status).to.equal(200);
    } finally {
      await limited.close();
    }
  });

  it('does not count denials: the users of one Bitbucket cannot lock each other out', async () => {
    const limited = await startKitApp({ limitFailures: true });
    try {
      const shared = await registerConsumer(limited);
      const { token, secret } = await shared.requestToken(callback);
      await press(limited.baseUrl, 'ana', token, 'cancel');
      for (let n = 0; n < 35; n += 1)
        expect((await shared.swap({ token, secret }, 'denied')).problem).to.equal('permission_denied');
    } finally {
      await limited.close();
    }
  });

  it('limits failures per consumer and address, and says when to come back', async () => {
    const limited = await startKitApp({ limitFailures: true });
    try {
      const guesser = await registerConsumer(limited);
      const bad = () =>
        guesser.askRequestToken(callback, replacing('oauth_signature', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
      for (let attempt = 0; attempt < 30; attempt += 1) expect((await bad()).status).to.equal(401);
      const refused = await bad();
      expectProblem(refused, 429, 'consumer_key_refused');
      expect(refused.fields.oauth_problem_advice).to.match(/Try again in \d+ seconds/);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60);
      const other = await registerConsumer(limited);
      expect((await other.askRequestToken(callback)).status).to.equal(200);
    } finally {
      await limited.close();
    }
  });
});
