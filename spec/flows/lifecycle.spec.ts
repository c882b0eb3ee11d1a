/** How access ends, and what lives on: revocation, deletion, change of a consumer, lifetimes, and the kit itself. */
import { expect } from 'chai';
import { memoryStore, type Store } from 'express-applinks';
import { TestClock, dayMs, minuteMs } from '../support/clock.js';
import { allow, browserOf, consentUrl, locationOf, openConsent } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';
import { rememberSecret } from '../support/secrets.js';
import { TestConsumer, type Credentials } from '../support/test-consumer.js';
import { grantAccess } from '../plugin/admin/granted-access.js';

const build = '/job/demo/build';
const callback = 'https://bitbucket.example.test/access';

describe('The life of access', () => {
  let clock: TestClock;
  let app: KitApp;
  let consumer: RegisteredConsumer;
  beforeEach(async () => {
    clock = new TestClock();
    app = await startKitApp({ options: { clock: clock.now } });
    consumer = await registerConsumer(app);
  });
  afterEach(() => app.close());

  const now = () => ({ timestampSeconds: clock.seconds() });
  const call = (credentials: Credentials, as: TestConsumer = consumer) =>
    as.call('POST', build, credentials, now());
  /** `started`, or the problem that the consumer is told. */
  const outcome = async (credentials: Credentials, as?: TestConsumer): Promise<string | undefined> => {
    const { status, problem } = await call(credentials, as);
    return status === 201 ? 'started' : problem;
  };
  const pending = async (as: TestConsumer = consumer): Promise<Credentials> => {
    const { fields } = await as.askRequestToken(callback, now());
    return { token: fields.oauth_token!, secret: fields.oauth_token_secret! };
  };
  const grant = async (user: string, as: TestConsumer = consumer): Promise<Credentials> => {
    const request = await pending(as);
    const { fields } = await as.swap(request, await allow(app.baseUrl, user, request.token), now());
    return {
      token: rememberSecret(fields.oauth_token!, 'access token'),
      secret: rememberSecret(fields.oauth_token_secret!, 'token secret'),
    };
  };

  describe('that is revoked', () => {
    it('by the user’s own page ends with the next request', async () => {
      const access = await grant('ana');
      expect(await outcome(access)).to.equal('started');
      const browser = await browserOf(app.baseUrl, 'ana');
      const page = await browser.get(`${app.baseUrl}/applinks/tokens`);
      const form = page.forms.findIndex(({ action }) => action.endsWith('/revoke'));
      expect((await browser.submit(page, { form })).status).to.equal(303);
      expect(await outcome(access)).to.equal('token_rejected');
    });

    it('by the host’s own code ends with the next request, and one token only', async () => {
      const [first, second] = [await grant('ana'), await grant('ana')];
      const [newest] = await app.applinks.tokens.list({ userId: 'id-ana' }, { limit: 1, offset: 0 });
      expect(await app.applinks.tokens.revoke({ id: newest!.id })).to.equal(1);
      expect([await outcome(first), await outcome(second)].sort()).to.deep.equal([
        'started',
        'token_rejected',
      ]);
    });

    it('cannot be renewed', async () => {
      const access = await grantAccess(app, consumer, 'ana');
      await app.applinks.tokens.revoke({ userId: 'id-ana' });
      expect((await consumer.renew(access, access.sessionHandle, now())).problem).to.equal('token_rejected');
    });

    it('all at once, for one user, leaves the access of others', async () => {
      const other = await registerConsumer(app, { name: 'Jira' });
      const mine = [await grant('ana'), await grant('ana', other)] as const;
      const robs = await grant('rob');
      expect(await app.applinks.tokens.revoke({ userId: 'id-ana' })).to.equal(2);
      expect(await outcome(mine[0])).to.equal('token_rejected');
      expect(await outcome(mine[1], other)).to.equal('token_rejected');
      expect((await call(robs)).status).to.equal(403);
    });

    it('can be granted anew', async () => {
      await grant('ana');
      await app.applinks.tokens.revoke({ linkId: consumer.linkId });
      expect(await outcome(await grant('ana'))).to.equal('started');
    });

    it('of a user who was deleted: what they allowed and nobody fetched dies too', async () => {
      const leaver = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
      const access = await grant('leaver');
      const request = await pending();
      const verifier = await allow(app.baseUrl, 'leaver', request.token);
      app.host.users.delete(leaver.id);
      expect(await app.applinks.tokens.revoke({ userId: leaver.id })).to.equal(1);
      app.host.addUser(leaver);
      expect((await consumer.swap(request, verifier, now())).problem).to.equal('token_rejected');
      expect(await outcome(access)).to.equal('token_rejected');
    });
  });

  describe('when the consumer is deleted', () => {
    it('ends: the consumer is told to drop the token, and that its key is unknown when it asks for one', async () => {
      const access = await grant('ana');
      await app.applinks.links.remove(consumer.linkId);
      expect(await outcome(access)).to.equal('token_rejected');
      expect(await app.applinks.tokens.list({}, { limit: 10, offset: 0 })).to.be.empty;
      expect((await consumer.askRequestToken(callback, now())).problem).to.equal('consumer_key_unknown');
    });

    it('does not come back with a new consumer of the same key and secret', async () => {
      const access = await grant('ana');
      const request = await pending();
      const verifier = await allow(app.baseUrl, 'ana', request.token);
      const { identity } = consumer;
      if (identity.signatureMethod === 'RSA-SHA1') throw new Error('this consumer has a secret');
      const { consumerKey: key, consumerSecret: secret } = identity;
      await app.applinks.links.remove(consumer.linkId);
      await app.applinks.links.create({
        name: 'Bitbucket',
        credential: { key, secret, signatureMethod: 'HMAC-SHA1' },
      });
      expect(await outcome(access)).to.equal('token_rejected');
      expect((await consumer.swap(request, verifier, now())).problem).to.equal('token_rejected');
      expect(await outcome(await grant('ana'))).to.equal('started');
    });

    it('takes pending request tokens along: no consent page opens for them', async () => {
      const { token } = await pending();
      await app.applinks.links.remove(consumer.linkId);
      const [, page] = await openConsent(app.baseUrl, 'ana', token);
      expect(page.status).to.equal(401);
      expect(page.text).to.include('token_rejected');
    });

    it('leaves nothing to decide on a consent page that is open already', async () => {
      const { token } = await pending();
      const [browser, page] = await openConsent(app.baseUrl, 'ana', token);
      await app.applinks.links.remove(consumer.linkId);
      const answer = await browser.submit(page, { button: 'authorize' });
      expect(answer.status).to.equal(401);
      expect(answer.header('location')).to.equal(undefined);
    });

    it('leaves the other links alone', async () => {
      const other = await registerConsumer(app);
      const access = await grant('ana', other);
      await app.applinks.links.remove(consumer.linkId);
      expect(await outcome(access, other)).to.equal('started');
    });

    it('ends for one of two consumers of the link, and not for the other', async () => {
      const { link, secrets } = await app.applinks.links.addCredential(consumer.linkId, {
        key: 'second-key',
        signatureMethod: 'HMAC-SHA256',
      });
      const added = link.incoming.find(({ key }) => key === 'second-key')!;
      const second = new TestConsumer(app.baseUrl, {
        consumerKey: 'second-key',
        signatureMethod: 'HMAC-SHA256',
        consumerSecret: secrets[added.id]!,
      });
      const [kept, lost] = [await grant('ana'), await grant('ana', second)];
      const request = await pending(second);
      const verifier = await allow(app.baseUrl, 'ana', request.token);
      await app.applinks.links.removeCredential(consumer.linkId, added.id);
      expect(await outcome(lost, second)).to.equal('token_rejected');
      expect((await second.swap(request, verifier, now())).problem).to.equal('consumer_key_unknown');
      expect((await consumer.swap(request, verifier, now())).problem).to.equal('token_rejected');
      expect(await outcome(kept)).to.equal('started');
    });
  });

  describe('when the consumer is changed', () => {
    const change = (fields: Parameters<KitApp['applinks']['links']['updateCredential']>[2]) =>
      app.applinks.links.updateCredential(consumer.linkId, consumer.credentialId, fields);
    const signingWith = (consumerSecret: string, consumerKey = consumer.identity.consumerKey): TestConsumer =>
      new TestConsumer(app.baseUrl, { consumerKey, consumerSecret, signatureMethod: 'HMAC-SHA1' });

    it('lives on under the new secret; the old one is dead at once', async () => {
      const access = await grant('ana');
      expect(await outcome(access)).to.equal('started');
      await change({ secret: 'agreed-between-both-1' });
      expect(await outcome(access)).to.equal('signature_invalid');
      expect(await outcome(access, signingWith('agreed-between-both-1'))).to.equal('started');
    });

    it('lives on under the new key; the old one is refused at once', async () => {
      const access = await grant('ana');
      await change({ key: 'renamed-key', secret: 'agreed-between-both-1' });
      expect(await outcome(access)).to.equal('token_rejected');
      const renamed = signingWith('agreed-between-both-1', 'renamed-key');
      expect(await outcome(access, renamed)).to.equal('started');
    });

    it('keeps the scopes that the user saw; a new grant gets the new ones', async () => {
      const access = await grant('ana');
      await change({ scopes: [] });
      expect(await outcome(access)).to.equal('started');
      expect((await call(await grant('ana'))).status).to.equal(403);
    });

    it('keeps the lifetime that it was granted for; a new grant gets the new one', async () => {
      const old = await grant('ana');
      await change({ accessTokenLifetimeMs: minuteMs });
      const brief = await grant('ana');
      clock.advance(2 * minuteMs);
      expect(await outcome(brief)).to.equal('token_expired');
      expect(await outcome(old)).to.equal('started');
    });
  });

  it('lasts as long as each consumer’s own lifetime', async () => {
    const hasty = await registerConsumer(app, { accessTokenLifetimeMs: dayMs });
    const patient = await registerConsumer(app, { accessTokenLifetimeMs: 30 * dayMs });
    const [brief, long] = [await grant('ana', hasty), await grant('ana', patient)];
    clock.advance(dayMs - minuteMs);
    expect(await outcome(brief, hasty)).to.equal('started');
    clock.advance(2 * minuteMs);
    expect(await outcome(brief, hasty)).to.equal('token_expired');
    expect(await outcome(long, patient)).to.equal('started');
  });

  it('is swept when it is over, by tick(), and what lives is kept', async () => {
    const hasty = await registerConsumer(app, {
      accessTokenLifetimeMs: minuteMs,
      requestTokenLifetimeMs: minuteMs,
    });
    const gone = await grant('ana', hasty);
    const pendingGone = await pending(hasty);
    const live = await grant('ana');
    clock.advance(40 * dayMs);
    const [request, nonce] = [await pending(), { ...now(), nonce: 'n-swept' }];
    expect((await consumer.call('POST', build, live, nonce)).status).to.equal(201);
    await app.applinks.tick();
    const [kept, ...others] = await app.applinks.tokens.list({}, { limit: 10, offset: 0 });
    expect(others).to.be.empty;
    expect(kept?.linkId).to.equal(consumer.linkId);
    expect(await outcome(gone, hasty)).to.equal('token_rejected');
    expect((await openConsent(app.baseUrl, 'ana', pendingGone.token))[1].text).to.include('token_rejected');
    expect((await consumer.call('POST', build, live, nonce)).problem).to.equal('nonce_used');
    expect((await openConsent(app.baseUrl, 'ana', request.token))[1].status).to.equal(200);
  });
});

describe('The life of the kit', () => {
  it('goes on when a listener throws: it is logged, and the others hear all the same', async () => {
    const logged: string[] = [];
    const ignore = (): void => undefined;
    const logger = {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (fields: object, message: string) =>
        void logged.push(`${message} ${(fields as { event: string }).event}`),
    };
    const app = await startKitApp({ options: { logger } });
    try {
      const heard: string[] = [];
      app.applinks.on('access_token.issued', () => {
        throw new Error('the audit log is full');
      });
      app.applinks.on('access_token.issued', () => heard.push('issued'));
      const consumer = await registerConsumer(app);
      const access = await grantAccess(app, consumer, 'ana');
      expect((await consumer.call('POST', build, access)).status).to.equal(201);
      expect(heard).to.deep.equal(['issued']);
      expect(logged).to.deep.equal(['express-applinks: a listener failed access_token.issued']);
    } finally {
      await app.close();
    }
  });

  describe('beside another one in the same process', () => {
    let one: KitApp;
    let two: KitApp;
    beforeEach(async () => {
      one = await startKitApp();
      two = await startKitApp({ host: one.host });
    });
    afterEach(async () => {
      await one.close();
      await two.close();
    });

    it('shares no consumers, tokens or events', async () => {
      const heard: string[] = [];
      two.applinks.on('access_token.issued', () => heard.push('two'));
      const consumer = await registerConsumer(one);
      const access = await grantAccess(one, consumer, 'ana');
      const stranger = new TestConsumer(two.baseUrl, consumer.identity);
      expect((await stranger.call('POST', build, access)).problem).to.equal('token_rejected');
      expect(await two.applinks.links.list()).to.be.empty;
      expect(heard).to.be.empty;
    });

    it('knows no token of the other’s even for a consumer with the same key and secret', async () => {
      const credential = {
        key: 'shared-key',
        secret: 's3cret-of-this-spec',
        signatureMethod: 'HMAC-SHA1',
      } as const;
      const identity = {
        consumerKey: 'shared-key',
        consumerSecret: 's3cret-of-this-spec',
        signatureMethod: 'HMAC-SHA1',
      } as const;
      const consumers = [];
      for (const { applinks, baseUrl } of [one, two]) {
        await applinks.links.create({ name: 'Bitbucket', credential });
        consumers.push(new TestConsumer(baseUrl, identity));
      }
      const request = await consumers[0]!.requestToken(callback);
      const access = await consumers[0]!.accessToken(request, await allow(one.baseUrl, 'ana', request.token));
      expect((await consumers[1]!.call('POST', build, access)).problem).to.equal('token_rejected');
      expect((await consumers[0]!.call('POST', build, access)).status).to.equal(201);
    });

    it('lets one browser decide on the consent pages of both', async () => {
      const tokens = await Promise.all(
        [one, two].map(async (app) => (await (await registerConsumer(app)).requestToken(callback)).token),
      );
      const browser = await browserOf(one.baseUrl, 'ana');
      const first = await browser.get(consentUrl(one.baseUrl, tokens[0]!));
      const second = await browser.get(consentUrl(two.baseUrl, tokens[1]!));
      for (const page of [first, second]) {
        const back = await browser.submit(page, { button: 'authorize' });
        expect(locationOf(back)).to.include('oauth_verifier=');
      }
    });

    it('goes on when the other is closed', async () => {
      const consumer = await registerConsumer(two);
      const access = await grantAccess(two, consumer, 'ana');
      await one.applinks.close();
      expect((await consumer.call('POST', build, access)).status).to.equal(201);
    });
  });

  describe('in the background', () => {
    it('sweeps while run() lasts, and ends with its signal', async () => {
      const swept: number[] = [];
      const inner = memoryStore();
      const store: Store = {
        ...inner,
        sweep: (nowMs) => {
          swept.push(nowMs);
          return inner.sweep(nowMs);
        },
      };
      const app = await startKitApp({ store });
      try {
        const abort = new AbortController();
        const running = app.applinks.run({ signal: abort.signal });
        await until(() => swept.length > 0);
        abort.abort();
        await running;
        expect(swept).to.have.length(1);
        expect(swept[0]).to.be.closeTo(Date.now(), 5000);
      } finally {
        await app.close();
      }
    });

    it('does nothing of itself: without run() and tick() nothing is swept', async () => {
      let swept = 0;
      const inner = memoryStore();
      const store: Store = { ...inner, sweep: (nowMs) => ((swept += 1), inner.sweep(nowMs)) };
      const app = await startKitApp({ store });
      try {
        await grantAccess(app, await registerConsumer(app), 'ana');
        expect(swept).to.equal(0);
      } finally {
        await app.close();
      }
    });
  });

  it('ends with close(), which closes the store', async () => {
    let closed = 0;
    const inner = memoryStore();
    const store: Store = { ...inner, close: () => ((closed += 1), inner.close()) };
    const app = await startKitApp({ store });
    await app.close();
    expect(closed).to.equal(1);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
