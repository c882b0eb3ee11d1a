/**
 * The kit against the Bitbucket stand-in: a link is entered with what the details page shows, users come from
 * Bitbucket's page, and Bitbucket reacts to the kit's real answers as applinks-oauth1.md 5.4 says.
 */
import { expect } from 'chai';
import { bitbucketStandIn, createBrowser, enterLink, type CallResult } from 'express-applinks/testing';
import { TestClock, dayMs, minuteMs } from '../support/clock.js';
import { startKitApp } from '../support/kit-app.js';
import { bitbucketAdmin, linkBitbucket, linked, type LinkedBitbucket } from './linked-bitbucket.js';

const build = '/job/demo/build';

for (const mount of ['root', 'path', 'stripped'] as const) {
  describe(`Bitbucket linked to the kit, mounted at ${mount}`, () => {
    let pair: LinkedBitbucket;
    beforeEach(async () => {
      const contextPath = mount === 'path' ? '/bitbucket' : '';
      pair = await linkBitbucket({ app: { mount }, bitbucket: { contextPath } });
    });
    afterEach(() => pair.stop());

    it('takes the values of the details page: the URL absolute, the OAuth URLs from the root of the host', () => {
      const mountPath = mount === 'root' ? '' : '/ci';
      expect(pair.values).to.include({
        applicationUrl: pair.app.baseUrl,
        applicationName: 'Sample CI',
        consumerKey: 'bitbucket: main',
        requestTokenUrl: `${mountPath}/plugins/servlet/oauth/request-token`,
        accessTokenUrl: `${mountPath}/plugins/servlet/oauth/access-token`,
        authorizeUrl: `${mountPath}/plugins/servlet/oauth/authorize`,
      });
    });

    it('takes a user from its page through the login to the consent page and back', async () => {
      const { bitbucket, entered } = pair;
      const page = await pair.connect('ana', { redirectUrl: `${bitbucket.url}/dashboard` });
      expect(page.url).to.equal(`${bitbucket.url}/dashboard`);
      expect(bitbucket.dances.map(({ outcome }) => outcome)).to.deep.equal(['connected']);
      expect(bitbucket.token(entered.id, 'ana')?.kind).to.equal('access');
      expect(bitbucket.token(entered.id, 'ben')).to.equal(undefined);
    });

    it('starts a build as the user who allowed it, whoever they are at Bitbucket', async () => {
      const { app, bitbucket, entered } = pair;
      await pair.connect('ben', { kitUser: 'ana' });
      bitbucket.addBuild({ key: 'demo', jobUrl: `${app.baseUrl}/job/demo/`, linkId: entered.id });
      const browser = await bitbucket.as('ben');
      const start = await browser.get(`${bitbucket.url}/`);
      const page = await browser.submit(start, { form: 1, button: 'Run build again' });
      expect(page.text).to.include('The build was started').and.include('answered 201');
      expect(page.text).to.include('startedBy&quot;:&quot;ana');
    });

    it('tells a user who denies in friendly words, and keeps no token', async () => {
      const [browser, page] = await pair.consentPage('ana');
      const denied = await browser.submit(page, { button: 'cancel' });
      expect(denied.text)
        .to.include('<h1>Access denied</h1>')
        .and.include('You have not allowed access to Sample CI.');
      expect(pair.bitbucket.dances.map(({ outcome, problem }) => [outcome, problem])).to.deep.equal([
        ['denied', 'permission_denied'],
      ]);
      expect(pair.bitbucket.token(pair.entered.id, 'ana')).to.equal(undefined);
    });
  });
}

describe('Bitbucket’s dance with the kit', () => {
  let pair: LinkedBitbucket;
  beforeEach(async () => {
    pair = await linkBitbucket({ app: { mount: 'path' } });
  });
  afterEach(() => pair.stop());

  const outcomes = (): (string | undefined)[][] =>
    pair.bitbucket.dances.map(({ outcome, problem }) => [outcome, problem]);

  it('asks an anonymous user to log in on both sides, and ends connected', async () => {
    const browser = createBrowser();
    const first = await browser.get(pair.bitbucket.danceUrl(pair.entered.id));
    expect(first.url).to.match(/\/login\?next=/);
    const second = await browser.submit(first, { fields: { j_username: 'ana', j_password: 'ana' } });
    expect(second.url).to.include(`${pair.app.baseUrl}/login?returnTo=`);
    const consent = await browser.get(`${second.url}&user=ana`);
    await browser.submit(consent, { button: 'authorize' });
    expect(outcomes()).to.deep.equal([['connected', undefined]]);
  });

  it('finishes silently for a user who is connected already', async () => {
    const back = await pair.connect('ana');
    const callback = back.visited.find((url) => url.includes('oauth_verifier='));
    const page = await (await pair.bitbucket.as('ana')).get(callback!);
    expect(page.text).to.include('id="authorised"');
    expect(outcomes()).to.deep.equal([
      ['connected', undefined],
      ['already-connected', undefined],
    ]);
  });

  it('is not finished by another user of Bitbucket; the first one can still finish it', async () => {
    const [browser, consent] = await pair.consentPage('ana');
    browser.cookies.store(new URL(pair.bitbucket.url), 'BITBUCKETSESSIONID=gone; Path=/');
    const login = await browser.submit(consent, { button: 'authorize' });
    expect(login.url).to.match(/\/login\?next=/);
    const callback = login.visited.find((url) => url.includes('oauth_verifier='))!;
    const page = await (await pair.bitbucket.as('ben')).get(callback);
    expect(page.text).to.include('has not begun');
    await (await pair.bitbucket.as('ana')).get(callback);
    expect(outcomes()).to.deep.equal([
      ['failed', undefined],
      ['connected', undefined],
    ]);
  });

  it('can be begun anew while a first one is open: the newer one counts', async () => {
    const [older, olderPage] = await pair.consentPage('ana');
    const [newer, newerPage] = await pair.consentPage('ana');
    await older.submit(olderPage, { button: 'authorize' });
    await newer.submit(newerPage, { button: 'authorize' });
    expect(outcomes()).to.deep.equal([
      ['failed', undefined],
      ['connected', undefined],
    ]);
  });

  for (const [what, fault, problem] of [
    ['a wrong signature', { wrongSignature: true }, 'signature_invalid'],
    ['a clock that is an hour off', { clockOffsetSeconds: 3600 }, 'timestamp_refused'],
    ['no callback', { skipCallback: true }, 'parameter_absent'],
    ['a callback of another scheme', { callback: 'javascript:alert(1)' }, 'parameter_rejected'],
  ] as const) {
    it(`fails at once with ${what}, and Bitbucket shows why`, async () => {
      Object.assign(pair.bitbucket.faults, fault);
      const [, page] = await pair.consentPage('ana');
      expect(page.textOf('oauth-problem')).to.equal(problem);
      expect(outcomes()).to.deep.equal([['failed', problem]]);
    });
  }

  it('shows the advice that goes with a refused callback', async () => {
    pair.bitbucket.faults.callback = 'ftp://bitbucket.example.test/';
    const [, page] = await pair.consentPage('ana');
    expect(page.textOf('oauth-advice')).to.match(/absolute http or https URL/);
  });

  it('fails in the swap with a guessed verifier', async () => {
    pair.bitbucket.faults.verifier = 'guessed';
    const page = await pair.connect('ana');
    expect(page.textOf('oauth-problem')).to.equal('token_rejected');
    expect(outcomes()).to.deep.equal([['failed', 'token_rejected']]);
  });

  it('fails with a secret that was mistyped', async () => {
    pair.bitbucket.link(pair.entered.id)!.consumer!.sharedSecret = 'mistyped';
    const [, page] = await pair.consentPage('ana');
    expect(page.textOf('oauth-problem')).to.equal('signature_invalid');
  });

  it('fails once the consumer is deleted', async () => {
    await pair.app.applinks.links.remove(pair.kitLinkId);
    const [, page] = await pair.consentPage('ana');
    expect(page.textOf('oauth-problem')).to.equal('consumer_key_unknown');
  });

  it('works with what an administrator types into Bitbucket’s own form', async () => {
    await pair.entered.remove();
    const admin = await pair.bitbucket.as('admin');
    const list = `${pair.bitbucket.url}/plugins/servlet/applinks/listApplicationLinks`;
    const { applicationUrl: url, applicationName: name, ...rest } = pair.values;
    await admin.submit(await admin.get(list), { fields: { url, name, providerName: name, ...rest } });
    const id = /id <code>([0-9a-f-]{36})<\/code>/.exec((await admin.get(list)).text)?.[1] ?? '';
    const byHand = linked(pair.app, pair.bitbucket, { ...pair.entered, id }, pair.kitLinkId);
    await byHand.connect('ana');
    expect(outcomes()).to.deep.equal([['connected', undefined]]);
  });
});

describe('Bitbucket’s reaction to the kit’s answers (applinks-oauth1.md 5.4)', () => {
  let clock: TestClock;
  let pair: LinkedBitbucket;
  beforeEach(async () => {
    clock = new TestClock();
    pair = await linkBitbucket({
      app: { options: { clock: clock.now } },
      bitbucket: { clock: clock.now },
    });
    await pair.connect('ana');
  });
  afterEach(() => pair.stop());

  const call = (user = 'ana'): Promise<CallResult> =>
    pair.bitbucket.call(pair.entered.id, user, 'POST', build);
  const isConnected = (user = 'ana'): boolean => pair.bitbucket.token(pair.entered.id, user) !== undefined;
  const expectReaction = async (
    outcome: CallResult['outcome'],
    problem: string | undefined,
    keeps: boolean,
  ): Promise<void> => {
    const result = await call();
    expect([result.outcome, result.problem]).to.deep.equal([outcome, problem]);
    expect(isConnected()).to.equal(keeps);
  };

  it('a success is a success', () => expectReaction('ok', undefined, true));

  it('revoked: the token is dropped, and the user can authorise again', async () => {
    await pair.app.applinks.tokens.revoke({ userId: 'id-ana' });
    await expectReaction('credentials-required', 'token_rejected', false);
    expect((await call()).exchange).to.equal(undefined);
    await pair.connect('ana');
    await expectReaction('ok', undefined, true);
  });

  it('expired: the token is dropped', async () => {
    clock.advance(366 * dayMs);
    await expectReaction('credentials-required', 'token_expired', false);
  });

  it('user deleted: the token is dropped, not tried for ever', async () => {
    pair.app.host.users.delete('id-ana');
    await expectReaction('credentials-required', 'token_rejected', false);
  });

  it('consumer deleted: the token is dropped, not tried for ever', async () => {
    await pair.app.applinks.links.remove(pair.kitLinkId);
    await expectReaction('credentials-required', 'token_rejected', false);
  });

  it('clock off: a failure that names the clock; the token is kept', async () => {
    pair.bitbucket.faults.clockOffsetSeconds = -10 * 60;
    await expectReaction('failed', 'timestamp_refused', true);
    pair.bitbucket.faults.clockOffsetSeconds = 0;
    await expectReaction('ok', undefined, true);
  });

  it('clock off by less than five minutes: no failure', async () => {
    pair.bitbucket.faults.clockOffsetSeconds = 4 * 60;
    await expectReaction('ok', undefined, true);
  });

  it('wrong signature: a failure; the token is kept', async () => {
    pair.bitbucket.faults.wrongSignature = true;
    await expectReaction('failed', 'signature_invalid', true);
  });

  it('nonce used again: a failure; the token is kept', async () => {
    pair.bitbucket.faults.nonce = 'the-same-again';
    await expectReaction('ok', undefined, true);
    clock.advance(minuteMs / 60);
    await expectReaction('failed', 'nonce_used', true);
  });

  it('a request recorded and sent again is refused', async () => {
    const { exchange } = await call();
    const replayed = await pair.bitbucket.replay(exchange!);
    expect(replayed.status).to.equal(401);
    expect(new Map(replayed.headers).get('WWW-Authenticate')).to.include('oauth_problem="nonce_used"');
  });

  it('a user without the permission: an ordinary 403; the token is kept', async () => {
    await pair.connect('ben', { kitUser: 'rob' });
    const result = await call('ben');
    expect([result.outcome, result.status, result.problem]).to.deep.equal(['failed', 403, undefined]);
    expect(isConnected('ben')).to.equal(true);
  });

  it('an unexpected error: a 500 without a problem; the token is kept', async () => {
    pair.app.host.findUser = () => {
      throw new Error('the directory is away');
    };
    const result = await call();
    expect([result.outcome, result.status, result.problem]).to.deep.equal(['failed', 500, undefined]);
    expect(result.body).not.to.include('directory');
    expect(isConnected()).to.equal(true);
  });
});

for (const mount of ['root', 'path', 'stripped'] as const) {
  describe(`A link in Atlassian style, mounted at ${mount}`, () => {
    it('uses the classic paths, signs with the host key, and starts a build', async () => {
      const app = await startKitApp({ mount });
      const bitbucket = bitbucketStandIn();
      await bitbucket.start();
      try {
        const { link } = await app.applinks.links.create({
          name: 'Bitbucket',
          credential: {
            key: bitbucket.host.consumerKey,
            signatureMethod: 'RSA-SHA1',
            publicKey: bitbucket.host.publicKeyPem(),
          },
        });
        const entered = await enterLink(bitbucket.url, bitbucketAdmin, { name: 'Our CI', url: app.baseUrl });
        const pair = linked(app, bitbucket, entered, link.id);
        await pair.connect('ana');
        const result = await bitbucket.call(entered.id, 'ana', 'POST', build);
        expect(result.outcome, result.body).to.equal('ok');
        expect(JSON.parse(result.body)).to.include({ startedBy: 'ana' });
        expect(bitbucket.exchanges[0]!.request.url).to.equal(
          `${app.baseUrl}/plugins/servlet/oauth/request-token`,
        );
        expect(bitbucket.exchanges[0]!.request.body).to.include('oauth_signature_method=RSA-SHA1');
      } finally {
        await bitbucket.stop();
        await app.close();
      }
    });
  });

  describe(`A link that was made for Jenkins, mounted at ${mount}`, () => {
    const paths = {
      requestToken: ['/bitbucket/oauth/request-token'],
      accessToken: ['/bitbucket/oauth/access-token'],
      authorize: ['/bbs-oauth/authorize'],
    };
    let pair: LinkedBitbucket;
    beforeEach(async () => {
      pair = await linkBitbucket({
        app: { mount, options: { paths } },
        paste: (values, mountPath) => ({
          ...values,
          requestTokenUrl: mountPath + paths.requestToken[0]!,
          accessTokenUrl: mountPath + paths.accessToken[0]!,
          authorizeUrl: mountPath + paths.authorize[0]!,
        }),
      });
    });
    afterEach(() => pair.stop());

    it('works by Jenkins’s paths', async () => {
      const page = await pair.connect('ana');
      expect(page.text).to.include('id="authorised"');
      const result = await pair.bitbucket.call(pair.entered.id, 'ana', 'POST', build);
      expect(JSON.parse(result.body)).to.include({ startedBy: 'ana' });
      const sentTo = pair.bitbucket.exchanges.map(({ request }) =>
        request.url.slice(pair.app.baseUrl.length),
      );
      expect(sentTo).to.deep.equal([paths.requestToken[0], paths.accessToken[0], build]);
    });

    it('is refused there for the same reasons', async () => {
      const [browser, page] = await pair.consentPage('ana');
      const denied = await browser.submit(page, { button: 'cancel' });
      expect(denied.text).to.include('<h1>Access denied</h1>');
      pair.bitbucket.faults.wrongSignature = true;
      const [, failed] = await pair.consentPage('ana');
      expect(failed.textOf('oauth-problem')).to.equal('signature_invalid');
    });
  });
}
