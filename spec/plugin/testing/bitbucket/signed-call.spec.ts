import { expect } from 'chai';
import { signRequest } from '../../../../plugin/testing/index.js';
import { targetUrl } from '../../../../plugin/testing/bitbucket/signed-call.js';
import { linkedPair, manual, type LinkedPair } from './linked-pair.js';
import type { Received } from './scripted-provider.js';

const challenge = (problem: string): string => `OAuth realm="https%3A%2F%2Fci", oauth_problem="${problem}"`;

function headerFields({ headers }: Received): [string, string][] {
  return (headers.authorization ?? '')
    .replace('OAuth ', '')
    .split(', ')
    .map((field) => field.split('='))
    .map(([name = '', value = '']) => [name, decodeURIComponent(value.slice(1, -1))]);
}

describe('c7: signed call in the name of a user', () => {
  let pair: LinkedPair;

  beforeEach(async () => {
    pair = await linkedPair();
    pair.provider.replies['/job/demo/build'] = { status: 201, body: 'queued' };
  });
  afterEach(() => pair.stop());

  const received = (path = '/job/demo/build'): Received => pair.provider.to(path)[0]!;
  const hasToken = (): boolean => pair.standIn.token(pair.linkId, 'ana') !== undefined;
  const signatureOf = (request: Received, form: [string, string][] = []): string => {
    const sent = new Map(headerFields(request));
    return signRequest({
      method: request.method,
      url: `${pair.provider.url}${request.path}${request.query.size > 0 ? `?${request.query.toString()}` : ''}`,
      identity: { consumerKey: 'ci-key', signatureMethod: 'HMAC-SHA1', consumerSecret: manual.sharedSecret },
      token: 'at-1',
      tokenSecret: 'ats-1',
      form,
      nonce: sent.get('oauth_nonce') ?? '',
      timestampSeconds: Number(sent.get('oauth_timestamp')),
    }).signature;
  };

  it('writes oauth_token first, no realm, and only OAuth parameters into the header', async () => {
    const result = await pair.callWithToken('POST', '/job/demo/build?delay=0sec', {
      form: { branch: 'main' },
    });
    expect(headerFields(received()).map(([name]) => name)).to.deep.equal([
      'oauth_token',
      'oauth_consumer_key',
      'oauth_signature_method',
      'oauth_timestamp',
      'oauth_nonce',
      'oauth_version',
      'oauth_signature',
    ]);
    expect(result).to.include({ outcome: 'ok', status: 201, body: 'queued' });
  });

  it('signs the query and the form, and sends the form in the body', async () => {
    await pair.callWithToken('POST', '/job/demo/build?delay=0sec', { form: { branch: 'feature/a b' } });
    const sent = received();
    expect(sent.query.get('delay')).to.equal('0sec');
    expect(sent.body).to.equal('branch=feature%2Fa%20b');
    const signature = new Map(headerFields(sent)).get('oauth_signature');
    expect(signature).to.equal(signatureOf(sent, [['branch', 'feature/a b']]));
    expect(signature).not.to.equal(signatureOf(sent));
  });

  it('does not cover a JSON body and sends no body hash', async () => {
    await pair.callWithToken('POST', '/job/demo/build', {
      json: { a: [1] },
      headers: { Accept: 'application/json' },
    });
    const sent = received();
    expect(sent.body).to.equal('{"a":[1]}');
    expect(sent.headers).to.include({ 'content-type': 'application/json', accept: 'application/json' });
    expect(headerFields(sent).map(([name]) => name)).not.to.include('oauth_body_hash');
    expect(new Map(headerFields(sent)).get('oauth_signature')).to.equal(signatureOf(sent));
  });

  it('asks for authorisation when the user has no token, and sends nothing', async () => {
    const result = await pair.standIn.call(pair.linkId, 'ben', 'POST', '/job/demo/build');
    expect(result).to.include({ outcome: 'credentials-required', status: undefined, exchange: undefined });
    expect(pair.provider.received).to.deep.equal([]);
  });

  it('does not use a request token', async () => {
    const token = { kind: 'request', token: 'rt', secret: 's', sessionHandle: undefined } as const;
    pair.standIn.setToken(pair.linkId, 'ben', token);
    const result = await pair.standIn.call(pair.linkId, 'ben', 'POST', '/job/demo/build');
    expect(result.outcome).to.equal('credentials-required');
    expect(pair.provider.received).to.deep.equal([]);
  });

  it('throws for a link that it does not have', async () => {
    let message = '';
    await pair.standIn
      .call('nowhere', 'ana', 'GET', '/')
      .catch((error: unknown) => (message = String(error)));
    expect(message).to.include('no link nowhere');
  });

  describe('c8: reaction to the answer', () => {
    for (const problem of ['token_expired', 'token_rejected', 'token_revoked']) {
      for (const status of [401, 400, 200]) {
        it(`${problem} with status ${status}: drops the token and asks for authorisation`, async () => {
          pair.provider.replies['/job/demo/build'] = {
            status,
            headers: { 'WWW-Authenticate': challenge(problem) },
          };
          const result = await pair.callWithToken('POST', '/job/demo/build');
          expect(result).to.include({ outcome: 'credentials-required', problem, status });
          expect(hasToken()).to.equal(false);
        });
      }
    }

    for (const problem of [
      'timestamp_refused',
      'signature_invalid',
      'consumer_key_unknown',
      'permission_denied',
      'nonce_used',
      'token_used',
      'something_new',
    ]) {
      for (const status of [401, 200]) {
        it(`${problem} with status ${status}: a failure that keeps the token`, async () => {
          pair.provider.replies['/job/demo/build'] = {
            status,
            headers: { 'WWW-Authenticate': challenge(problem) },
          };
          const result = await pair.callWithToken('POST', '/job/demo/build');
          expect(result).to.include({ outcome: 'failed', problem, status });
          expect(hasToken()).to.equal(true);
        });
      }
    }

    for (const [name, value] of [
      ['no header', undefined],
      ['a challenge without a problem', 'OAuth realm="https%3A%2F%2Fci"'],
      ['another scheme', 'Bearer error="invalid_token", oauth_problem="token_rejected"'],
      ['the scheme in lower case', 'oauth oauth_problem="token_rejected"'],
    ] as const) {
      for (const [status, outcome] of [
        [200, 'ok'],
        [401, 'failed'],
        [403, 'failed'],
      ] as const) {
        it(`${name} with status ${status}: judged by the status, token kept`, async () => {
          const headers: Record<string, string> = value === undefined ? {} : { 'WWW-Authenticate': value };
          pair.provider.replies['/job/demo/build'] = { status, headers };
          const result = await pair.callWithToken('POST', '/job/demo/build');
          expect(result).to.include({ outcome, problem: undefined });
          expect(hasToken()).to.equal(true);
        });
      }
    }

    it('overlooks a header in another spelling', async () => {
      const headers = { 'www-authenticate': challenge('token_rejected') };
      pair.provider.replies['/job/demo/build'] = { status: 401, headers };
      expect(await pair.callWithToken('POST', '/job/demo/build')).to.include({
        outcome: 'failed',
        problem: undefined,
      });
    });

    it('looks at the first of several headers only', async () => {
      const headers = { 'WWW-Authenticate': ['Bearer', challenge('token_rejected')] };
      pair.provider.replies['/job/demo/build'] = { status: 401, headers };
      expect(await pair.callWithToken('POST', '/job/demo/build')).to.include({
        outcome: 'failed',
        problem: undefined,
      });
    });

    it('drops the token of this user only', async () => {
      pair.standIn.setToken(pair.linkId, 'ben', {
        kind: 'access',
        token: 'b',
        secret: 's',
        sessionHandle: undefined,
      });
      pair.provider.replies['/job/demo/build'] = {
        status: 401,
        headers: { 'WWW-Authenticate': challenge('token_revoked') },
      };
      await pair.callWithToken('POST', '/job/demo/build');
      expect(pair.standIn.token(pair.linkId, 'ben')?.token).to.equal('b');
    });
  });

  describe('redirects', () => {
    beforeEach(() => {
      pair.provider.replies['/old'] = { status: 302, headers: { Location: '/job/demo/build' } };
    });

    it('keeps the method and replays the header, which no longer fits the address', async () => {
      const result = await pair.callWithToken('POST', '/old');
      expect(result.status).to.equal(201);
      expect(received().method).to.equal('POST');
      expect(received().headers.authorization).to.equal(received('/old').headers.authorization);
      expect(new Map(headerFields(received())).get('oauth_signature')).not.to.equal(signatureOf(received()));
    });

    it('follows three at most', async () => {
      pair.provider.replies['/round'] = { status: 307, headers: { Location: '/round' } };
      const result = await pair.callWithToken('POST', '/round');
      expect(result).to.include({ outcome: 'failed', status: 307 });
      expect(pair.provider.to('/round')).to.have.lengthOf(4);
    });

    it('signs anew for the new address when that is switched on', async () => {
      const resigning = await linkedPair('manual', { resignsRedirects: true });
      try {
        resigning.provider.replies['/old'] = { status: 302, headers: { Location: '/new' } };
        resigning.provider.replies['/new'] = {};
        expect((await resigning.callWithToken('GET', '/old')).outcome).to.equal('ok');
        const [first] = resigning.provider.to('/old');
        const [second] = resigning.provider.to('/new');
        expect(second!.headers.authorization).not.to.equal(first!.headers.authorization);
      } finally {
        await resigning.stop();
      }
    });
  });

  describe('target', () => {
    const link = (rpcUrl: string) => ({ ...pair.standIn.link(pair.linkId)!, rpcUrl });
    const rows: [rpcUrl: string, asked: string, target: string | undefined][] = [
      ['https://h/ci', '/job/x/build', 'https://h/ci/job/x/build'],
      ['https://h/ci', 'job/x/build', 'https://h/ci/job/x/build'],
      ['https://h', '/job/x?y=1', 'https://h/job/x?y=1'],
      ['https://h/ci', 'https://h/ci/job', 'https://h/ci/job'],
      ['https://h/ci', 'https://h/other', undefined],
      ['https://h/ci', '/../other', undefined],
      ['https://h/ci', 'http://h/ci/job', undefined],
      ['https://h/ci', 'https://h:8443/ci/job', undefined],
      ['https://h/ci', 'https://evil.example/ci/job', undefined],
      ['https://h/ci', 'file:///ci/job', undefined],
      ['https://h/ci', '//evil.example/ci', 'https://h/ci/evil.example/ci'],
    ];
    for (const [rpcUrl, asked, target] of rows) {
      it(`${asked} on ${rpcUrl}: ${target ?? 'refused'}`, () => {
        if (target === undefined)
          expect(() => targetUrl(link(rpcUrl), asked)).to.throw(TypeError, 'does not lie below');
        else expect(targetUrl(link(rpcUrl), asked)).to.equal(target);
      });
    }
  });

  it('records what it sent and what came back', async () => {
    await pair.callWithToken('POST', '/job/demo/build');
    const last = pair.standIn.exchanges.at(-1)!;
    expect(last.request).to.include({ method: 'POST', url: `${pair.provider.url}/job/demo/build` });
    expect(last).to.include({ status: 201, body: 'queued' });
  });

  it('sends a recorded request again as it was', async () => {
    await pair.callWithToken('POST', '/job/demo/build', { form: { a: '1' } });
    const again = await pair.standIn.replay(pair.standIn.exchanges.at(-1)!);
    expect(again.status).to.equal(201);
    const [first, second] = pair.provider.to('/job/demo/build');
    expect(second!.headers.authorization).to.equal(first!.headers.authorization);
    expect(second!.body).to.equal('a=1');
    expect(pair.standIn.exchanges).to.have.lengthOf(2);
  });
});
