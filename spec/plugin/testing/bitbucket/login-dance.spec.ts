import { expect } from 'chai';
import { createPublicKey, verify } from 'node:crypto';
import { createBrowser, signRequest } from '../../../../plugin/testing/index.js';
import { linkedPair, manual, type LinkedPair } from './linked-pair.js';
import { paths, sendBack, type Received } from './scripted-provider.js';

const oauthError = (problem: string, advice?: string): string =>
  `OAuth realm="https%3A%2F%2Fci", oauth_problem="${problem}"` +
  (advice === undefined ? '' : `, oauth_problem_advice="${encodeURIComponent(advice)}"`);

/** Signs what was received again, with npm-oauth-checked code, and tells whether the signature is the same. */
function isSigned(
  { method, path, form }: Received,
  providerUrl: string,
  secret: string,
  tokenSecret = '',
): boolean {
  const rest = [...form].filter(([name]) => !name.startsWith('oauth_'));
  const extra = [...form].filter(([name]) => name === 'oauth_callback' || name === 'oauth_verifier');
  return (
    signRequest({
      method,
      url: providerUrl + path,
      identity: {
        consumerKey: form.get('oauth_consumer_key') ?? '',
        signatureMethod: 'HMAC-SHA1',
        consumerSecret: secret,
      },
      token: form.get('oauth_token') ?? undefined,
      tokenSecret,
      protocol: Object.fromEntries(extra),
      form: rest,
      nonce: form.get('oauth_nonce') ?? '',
      timestampSeconds: Number(form.get('oauth_timestamp')),
    }).signature === form.get('oauth_signature')
  );
}

describe('c6: login dance of the Bitbucket stand-in', () => {
  let pair: LinkedPair;

  beforeEach(async () => {
    pair = await linkedPair();
  });
  afterEach(() => pair.stop());

  const outcomes = (): string[] => pair.standIn.dances.map(({ outcome }) => outcome);

  describe('when all goes well', () => {
    it('walks from the request token to the access token and keeps it for this link and user', async () => {
      await pair.dance('ana');
      expect(pair.standIn.token(pair.linkId, 'ana')).to.deep.equal({
        kind: 'access',
        token: 'at-1',
        secret: 'ats-1',
        sessionHandle: undefined,
      });
      expect(pair.standIn.token(pair.linkId, 'ben')).to.equal(undefined);
      expect(outcomes()).to.deep.equal(['connected']);
    });

    it('sends all OAuth parameters in the form body and no Authorization header', async () => {
      await pair.dance('ana');
      const requests = [...pair.provider.to(paths.requestToken), ...pair.provider.to(paths.accessToken)];
      expect(requests).to.have.lengthOf(2);
      for (const { method, headers, query, form } of requests) {
        expect(method).to.equal('POST');
        expect(headers.authorization).to.equal(undefined);
        expect(headers['content-type']).to.equal('application/x-www-form-urlencoded');
        expect([...query]).to.deep.equal([]);
        expect(form.get('oauth_consumer_key')).to.equal('ci-key');
        expect(form.get('oauth_version')).to.equal('1.0');
      }
      expect([...requests[0]!.form.keys()][0]).to.equal('oauth_callback');
      expect([...requests[1]!.form.keys()].slice(0, 2)).to.deep.equal(['oauth_token', 'oauth_verifier']);
    });

    it('signs the swap with the secret of the request token', async () => {
      await pair.dance('ana');
      const [request] = pair.provider.to(paths.requestToken);
      const [swap] = pair.provider.to(paths.accessToken);
      expect(isSigned(request!, pair.provider.url, manual.sharedSecret)).to.equal(true);
      expect(isSigned(swap!, pair.provider.url, manual.sharedSecret, 'rts-1')).to.equal(true);
      expect(isSigned(swap!, pair.provider.url, manual.sharedSecret)).to.equal(false);
    });

    it('names the same callback in request token and authorize address', async () => {
      await pair.dance('ana', '/dashboard');
      const callback = pair.provider.to(paths.requestToken)[0]!.form.get('oauth_callback');
      const [authorize] = pair.provider.to(paths.authorize);
      expect(authorize!.query.get('oauth_callback')).to.equal(callback);
      expect(authorize!.query.get('oauth_token')).to.equal('rt-1');
      expect(callback).to.equal(
        `${pair.standIn.url}/plugins/servlet/applinks/oauth/login-dance/access` +
          `?applicationLinkID=${pair.linkId}&redirectUrl=%2Fdashboard`,
      );
    });

    it('takes the host of the callback from the request of the browser, not from a setting', async () => {
      const browser = await pair.standIn.as('ana');
      await createBrowser({
        headers: {
          Host: 'bitbucket.example.test',
          Cookie: browser.cookies.header(new URL(pair.standIn.url)),
        },
        redirects: 0,
      }).get(pair.standIn.danceUrl(pair.linkId));
      const callback = pair.provider.to(paths.requestToken)[0]!.form.get('oauth_callback');
      expect(callback).to.match(/^http:\/\/bitbucket\.example\.test\/plugins\/servlet\/applinks\//);
    });

    it('ends on redirectUrl when that is one of its own pages', async () => {
      const page = await pair.dance('ana', '/dashboard');
      expect(page.url).to.equal(`${pair.standIn.url}/dashboard`);
    });

    it('ends on redirectUrl when that lies below the linked application', async () => {
      const page = await pair.dance('ana', `${pair.provider.url}/job/demo`);
      expect(page.url).to.equal(`${pair.provider.url}/job/demo`);
    });

    it('shows a warning instead of going to a foreign redirectUrl', async () => {
      const page = await pair.dance('ana', 'https://evil.example/');
      expect(page.status).to.equal(200);
      expect(page.text).to.include('https://evil.example/').and.include('not one of ours');
      expect(pair.standIn.token(pair.linkId, 'ana')?.kind).to.equal('access');
    });

    it('shows a done page without redirectUrl', async () => {
      expect((await pair.dance('ana')).text).to.include('id="authorised"');
    });

    it('leaves out a blank verifier', async () => {
      pair.provider.replies[paths.authorize] = sendBack({ oauth_token: 'rt-1' });
      await pair.dance('ana');
      expect(pair.provider.to(paths.accessToken)[0]!.form.has('oauth_verifier')).to.equal(false);
    });

    it('appends to the authorize address by a plain question mark', async () => {
      const link = pair.standIn.link(pair.linkId)!;
      const [[provider, config]] = [...link.providers] as [[string, Record<string, string>]];
      link.providers.set(provider, { ...config, 'serviceProvider.authorizeUrl': '/authorize?x=1' });
      const page = await pair.dance('ana');
      expect(page.url).to.match(/\/authorize\?x=1\?oauth_token=rt-1&oauth_callback=/);
    });
  });

  describe('with the host key (Atlassian style)', () => {
    it('uses the standard addresses and signs RSA-SHA1', async () => {
      const atlassian = await linkedPair('atlassian', { hostKeyBits: 1024, hostConsumerKey: 'Bitbucket:77' });
      try {
        await atlassian.dance('ana');
        expect(atlassian.standIn.dances.map(({ outcome }) => outcome)).to.deep.equal(['connected']);
        const [sent] = atlassian.standIn.exchanges;
        const form = new URLSearchParams(sent!.request.body);
        expect(form.get('oauth_consumer_key')).to.equal('Bitbucket:77');
        expect(form.get('oauth_signature_method')).to.equal('RSA-SHA1');
        const key = createPublicKey(atlassian.standIn.host.publicKeyPem());
        expect(key.asymmetricKeyDetails?.modulusLength).to.equal(1024);
        const { baseString } = signRequest({
          method: 'POST',
          url: sent!.request.url,
          identity: { consumerKey: 'Bitbucket:77', signatureMethod: 'HMAC-SHA1', consumerSecret: '' },
          protocol: { oauth_callback: form.get('oauth_callback')! },
          nonce: form.get('oauth_nonce')!,
          timestampSeconds: Number(form.get('oauth_timestamp')),
        });
        const signed = Buffer.from(baseString.replace('HMAC-SHA1', 'RSA-SHA1'));
        const signature = Buffer.from(form.get('oauth_signature')!, 'base64');
        expect(verify('sha1', signed, key, signature)).to.equal(true);
      } finally {
        await atlassian.stop();
      }
    });
  });

  describe('answers of the token endpoints', () => {
    for (const [name, status] of [
      ['201', 201],
      ['299', 299],
    ] as const) {
      it(`takes any 2xx: ${name}, whatever the content type`, async () => {
        pair.provider.replies[paths.requestToken] = {
          status,
          headers: { 'Content-Type': 'application/json' },
          body: 'oauth_token=rt-1&oauth_token_secret=rts-1',
        };
        await pair.dance('ana');
        expect(outcomes()).to.deep.equal(['connected']);
      });
    }

    for (const [name, body] of [
      ['no secret', 'oauth_token=rt-1'],
      ['an empty secret', 'oauth_token=rt-1&oauth_token_secret='],
      ['an empty token', 'oauth_token=&oauth_token_secret=s'],
      ['JSON', '{"oauth_token":"rt-1","oauth_token_secret":"s"}'],
      ['nothing', ''],
    ] as const) {
      it(`fails on a 200 with ${name}`, async () => {
        pair.provider.replies[paths.requestToken] = { body };
        const page = await pair.dance('ana');
        expect(page.status).to.equal(200);
        expect(page.text).to.include('lacks oauth_token');
        expect(outcomes()).to.deep.equal(['failed']);
      });
    }

    it('does not follow a redirect', async () => {
      pair.provider.replies[paths.requestToken] = {
        status: 302,
        headers: { Location: `${pair.provider.url}/elsewhere` },
      };
      const page = await pair.dance('ana');
      expect(page.text).to.include('status code').and.include('302');
      expect(pair.provider.to('/elsewhere')).to.deep.equal([]);
    });

    it('shows problem and advice of WWW-Authenticate', async () => {
      pair.provider.replies[paths.requestToken] = {
        status: 400,
        headers: { 'WWW-Authenticate': oauthError('parameter_rejected', 'Use an <absolute> callback.') },
        body: 'oauth_problem=ignored',
      };
      const page = await pair.dance('ana');
      expect(page.text).to.include('<code id="oauth-problem">parameter_rejected</code>');
      expect(page.text).to.include('Use an &lt;absolute&gt; callback.');
      expect(pair.standIn.dances).to.have.lengthOf(1);
      expect(pair.standIn.dances[0]).to.include({
        outcome: 'failed',
        problem: 'parameter_rejected',
        advice: 'Use an <absolute> callback.',
      });
    });

    for (const [name, headers] of [
      ['no header', {}],
      ['another scheme', { 'WWW-Authenticate': 'Bearer error="x"' }],
      ['the scheme in lower case', { 'WWW-Authenticate': 'oauth oauth_problem="signature_invalid"' }],
    ] as const) {
      it(`speaks of the status code when there is ${name}`, async () => {
        pair.provider.replies[paths.requestToken] = {
          status: 401,
          headers,
          body: 'oauth_problem=signature_invalid',
        };
        const page = await pair.dance('ana');
        expect(page.text).to.include('status code').and.include('401').and.not.include('signature_invalid');
        expect(pair.standIn.dances[0]?.problem).to.equal(undefined);
      });
    }

    it('says that the other application did not answer when it is down', async () => {
      await pair.provider.stop();
      expect((await pair.dance('ana')).text).to.include('did not answer');
    });

    it('forbids other sites to frame its pages', async () => {
      pair.provider.replies[paths.requestToken] = { status: 500 };
      const page = await pair.dance('ana');
      expect(page.header('X-Frame-Options')).to.equal('SAMEORIGIN');
      expect(page.header('Content-Security-Policy')).to.equal("frame-ancestors 'self'");
    });
  });

  describe('when the user denies', () => {
    it('swaps nevertheless, and shows a friendly page on permission_denied', async () => {
      pair.provider.replies[paths.authorize] = sendBack({ oauth_token: 'rt-1', oauth_verifier: 'denied' });
      pair.provider.replies[paths.accessToken] = {
        status: 401,
        headers: { 'WWW-Authenticate': oauthError('permission_denied') },
      };
      const page = await pair.dance('ana');
      expect(pair.provider.to(paths.accessToken)[0]!.form.get('oauth_verifier')).to.equal('denied');
      expect(page.text)
        .to.include('<h1>Access denied</h1>')
        .and.include('You have not allowed access to Our CI.');
      expect(outcomes()).to.deep.equal(['denied']);
      expect(pair.standIn.token(pair.linkId, 'ana')).to.equal(undefined);
    });

    it('shows an ordinary error on any other problem of the swap', async () => {
      pair.provider.replies[paths.accessToken] = {
        status: 401,
        headers: { 'WWW-Authenticate': oauthError('permission_unknown') },
      };
      const page = await pair.dance('ana');
      expect(page.text).to.include('Authorisation failed').and.include('permission_unknown');
      expect(outcomes()).to.deep.equal(['failed']);
    });
  });

  describe('when the browser comes back otherwise', () => {
    for (const [name, added] of [
      ['blank', { oauth_token: ' ', oauth_verifier: 'v' }],
      ['missing', { oauth_verifier: 'v' }],
    ] as const) {
      it(`begins a new dance when oauth_token is ${name}, and stops what would loop for ever`, async () => {
        pair.provider.replies[paths.authorize] = sendBack({ ...added });
        const page = await pair.dance('ana');
        expect(page.text).to.include('endless loop');
        expect(outcomes()).to.deep.equal([...Array<string>(6).fill('restarted'), 'failed']);
        expect(pair.provider.to(paths.requestToken)).to.have.lengthOf(6);
      });
    }

    it('recovers when the token is there the second time', async () => {
      let visits = 0;
      pair.provider.replies[paths.authorize] = (request) =>
        sendBack({ oauth_token: (visits += 1) === 1 ? '' : 'rt-1', oauth_verifier: 'v' })(request);
      await pair.dance('ana');
      expect(outcomes()).to.deep.equal(['restarted', 'connected']);
    });

    it('refuses a token that is not the one it asked for, without a swap', async () => {
      pair.provider.replies[paths.authorize] = sendBack({ oauth_token: 'another', oauth_verifier: 'v' });
      const page = await pair.dance('ana');
      expect(page.text).to.include('not the one that was asked for');
      expect(pair.provider.to(paths.accessToken)).to.deep.equal([]);
    });

    it('refuses to finish the dance of another user', async () => {
      const ana = await pair.standIn.as('ana');
      pair.provider.replies[paths.authorize] = { body: 'consent page' };
      await ana.get(pair.standIn.danceUrl(pair.linkId));
      const callback = new URL(pair.provider.to(paths.authorize)[0]!.query.get('oauth_callback')!);
      callback.searchParams.set('oauth_token', 'rt-1');
      const page = await (await pair.standIn.as('ben')).get(callback.href);
      expect(page.text).to.include('has not begun');
      expect(pair.provider.to(paths.accessToken)).to.deep.equal([]);
    });

    it('finishes silently when there is an access token already', async () => {
      await pair.dance('ana');
      const callback = pair.provider.to(paths.requestToken)[0]!.form.get('oauth_callback')!;
      const page = await (
        await pair.standIn.as('ana')
      ).get(`${callback}&oauth_token=rt-1&oauth_verifier=v-1`);
      expect(page.text).to.include('id="authorised"');
      expect(outcomes()).to.deep.equal(['connected', 'already-connected']);
      expect(pair.provider.to(paths.accessToken)).to.have.lengthOf(1);
    });

    it('asks whoever is not logged in to log in, and goes on afterwards', async () => {
      const browser = createBrowser();
      const login = await browser.get(pair.standIn.danceUrl(pair.linkId));
      expect(login.url).to.match(/\/login\?next=/);
      expect(pair.provider.received).to.deep.equal([]);
      await browser.submit(login, { fields: { j_username: 'ana', j_password: 'ana' } });
      expect(outcomes()).to.deep.equal(['connected']);
    });
  });

  describe('shows an error page, status 200, and calls nobody', () => {
    const visit = async (query: string): Promise<string> => {
      const browser = await pair.standIn.as('ana');
      const page = await browser.get(
        `${pair.standIn.url}/plugins/servlet/applinks/oauth/login-dance/authorize${query}`,
      );
      expect(page.status).to.equal(200);
      expect(pair.provider.received).to.deep.equal([]);
      return page.text;
    };

    it('without the id of a link', async () => {
      expect(await visit('')).to.include('applicationLinkID is missing');
    });

    it('with an unknown id', async () => {
      expect(await visit('?applicationLinkID=nobody')).to.include('no application link');
    });

    it('when outgoing OAuth is not configured', async () => {
      pair.standIn.link(pair.linkId)!.providers.clear();
      expect(await visit(`?applicationLinkID=${pair.linkId}`)).to.include('not configured');
    });

    it('when the consumer of the configured key is unknown', async () => {
      pair.standIn.link(pair.linkId)!.consumer = undefined;
      expect(await visit(`?applicationLinkID=${pair.linkId}`)).to.include('not configured');
    });
  });

  describe('with a fault switched on', () => {
    const sentForm = (): URLSearchParams => pair.provider.to(paths.requestToken)[0]!.form;

    it('sends a wrong signature', async () => {
      pair.standIn.faults.wrongSignature = true;
      await pair.dance('ana');
      expect(sentForm().get('oauth_signature')).to.have.lengthOf(28);
      expect(
        isSigned(pair.provider.to(paths.requestToken)[0]!, pair.provider.url, manual.sharedSecret),
      ).to.equal(false);
    });

    it('sends a fixed nonce and timestamp', async () => {
      Object.assign(pair.standIn.faults, { nonce: 'again', timestampSeconds: 7 });
      await pair.dance('ana');
      expect(sentForm().get('oauth_nonce')).to.equal('again');
      expect(pair.provider.to(paths.accessToken)[0]!.form.get('oauth_nonce')).to.equal('again');
      expect(sentForm().get('oauth_timestamp')).to.equal('7');
    });

    it('has a clock that is off', async () => {
      pair.standIn.faults.clockOffsetSeconds = -3600;
      await pair.dance('ana');
      expect(Number(sentForm().get('oauth_timestamp'))).to.be.closeTo(Date.now() / 1000 - 3600, 10);
    });

    it('leaves out the callback', async () => {
      pair.standIn.faults.skipCallback = true;
      await pair.dance('ana');
      expect(sentForm().has('oauth_callback')).to.equal(false);
    });

    it('sends another callback and another verifier', async () => {
      Object.assign(pair.standIn.faults, { callback: 'https://evil.example/', verifier: 'guessed' });
      pair.provider.replies[paths.authorize] = {
        status: 302,
        headers: {
          Location: `${pair.standIn.url}/plugins/servlet/applinks/oauth/login-dance/access?applicationLinkID=${pair.linkId}&oauth_token=rt-1&oauth_verifier=v-1`,
        },
      };
      await pair.dance('ana');
      expect(sentForm().get('oauth_callback')).to.equal('https://evil.example/');
      expect(pair.provider.to(paths.accessToken)[0]!.form.get('oauth_verifier')).to.equal('guessed');
    });
  });
});
