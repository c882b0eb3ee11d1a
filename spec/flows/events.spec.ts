/** What an auditor hears: each outcome has its event, also on the diagnostics channel, and none holds a secret. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import type { EventName } from 'express-applinks';
import { browserOf, openConsent, press, allow } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';
import { accessCredentials, TestConsumer } from '../support/test-consumer.js';
import { grantAccess } from '../plugin/admin/granted-access.js';

type Heard = Record<string, unknown> & { name: EventName };

const build = '/job/demo/build';
const callback = 'https://bitbucket.example.test/access';
const names: readonly EventName[] = [
  'link.created',
  'link.updated',
  'link.removed',
  'request_token.issued',
  'request_token.locked',
  'authorization.allowed',
  'authorization.denied',
  'access_token.issued',
  'access_token.renewed',
  'access_token.revoked',
  'request.rejected',
];

describe('The events of the kit', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  let heard: Heard[];
  let published: Heard[];
  const note = (message: unknown): void => void published.push(message as Heard);

  beforeEach(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app);
    heard = [];
    published = [];
    for (const name of names) app.applinks.on(name, (event) => heard.push({ name, ...event }));
    subscribe('applinks', note);
  });
  afterEach(async () => {
    unsubscribe('applinks', note);
    await app.close();
  });

  const ids = () => ({ linkId: consumer.linkId, credentialId: consumer.credentialId });
  const ana = () => ({ ...ids(), userId: 'id-ana' });
  const tokenId = async (): Promise<string> =>
    (await app.applinks.tokens.list({}, { limit: 1, offset: 0 }))[0]!.id;
  const namesHeard = (): string[] => heard.map(({ name }) => name);
  const rejections = (): unknown[] => heard.map(({ endpoint, problem }) => [endpoint, problem]);

  describe('tell what was granted', () => {
    it('from the request token to the access token', async () => {
      await grantAccess(app, consumer, 'ana');
      expect(heard).to.deep.equal([
        { name: 'request_token.issued', ...ids() },
        { name: 'authorization.allowed', ...ana() },
        { name: 'access_token.issued', ...ana(), tokenId: await tokenId() },
      ]);
    });

    it('that a user has denied, and what the swap came to', async () => {
      const request = await consumer.requestToken(callback);
      await press(app.baseUrl, 'ana', request.token, 'cancel');
      await consumer.swap(request, 'denied');
      expect(heard[1]).to.deep.equal({ name: 'authorization.denied', ...ana() });
      expect(heard[2]).to.include({ name: 'request.rejected', problem: 'permission_denied' });
    });

    it('that it was renewed, under the same id', async () => {
      const access = await grantAccess(app, consumer, 'ana');
      const id = await tokenId();
      heard = [];
      accessCredentials(await consumer.renew(access, access.sessionHandle));
      expect(heard).to.deep.equal([{ name: 'access_token.renewed', ...ana(), tokenId: id }]);
    });

    it('nothing of an ordinary signed request', async () => {
      const access = await grantAccess(app, consumer, 'ana');
      heard = [];
      await consumer.call('POST', build, access);
      expect(heard).to.be.empty;
    });
  });

  describe('tell what was taken away, and by whom', () => {
    it('by the user on the page', async () => {
      await grantAccess(app, consumer, 'ana');
      const id = await tokenId();
      heard = [];
      const browser = await browserOf(app.baseUrl, 'ana');
      const page = await browser.get(`${app.baseUrl}/applinks/tokens`);
      await browser.submit(page, { form: page.forms.findIndex(({ action }) => action.endsWith('/revoke')) });
      expect(heard).to.deep.equal([{ name: 'access_token.revoked', ...ana(), tokenId: id, by: 'id-ana' }]);
    });

    it('by the host’s own code, one event for each token', async () => {
      await grantAccess(app, consumer, 'ana');
      await grantAccess(app, consumer, 'rob');
      heard = [];
      await app.applinks.tokens.revoke({ linkId: consumer.linkId });
      expect(namesHeard()).to.deep.equal(['access_token.revoked', 'access_token.revoked']);
      expect(heard.map(({ by }) => by)).to.deep.equal([null, null]);
    });

    it('with the link that was removed', async () => {
      await grantAccess(app, consumer, 'ana');
      heard = [];
      await app.applinks.links.remove(consumer.linkId, 'id-admin');
      expect(namesHeard()).to.deep.equal(['link.removed', 'access_token.revoked']);
      expect(heard[0]).to.deep.equal({ name: 'link.removed', linkId: consumer.linkId, by: 'id-admin' });
      expect(heard[1]).to.include({ by: 'id-admin', userId: 'id-ana' });
    });
  });

  it('tell who made and changed a link', async () => {
    const admin = await browserOf(app.baseUrl, 'admin');
    const form = await admin.get(`${app.baseUrl}/applinks/admin/links/new`);
    await admin.submit(form, { fields: { name: 'Jira', key: 'jira' } });
    await app.applinks.links.update(consumer.linkId, { name: 'Bitbucket West' });
    expect(heard.map(({ name, by }) => [name, by])).to.deep.equal([
      ['link.created', 'id-admin'],
      ['link.updated', null],
    ]);
  });

  describe('tell what was refused, and the reason that the caller is not told', () => {
    it('at the request token', async () => {
      await consumer.askRequestToken('ftp://bitbucket.example.test/');
      const stranger = new TestConsumer(app.baseUrl, { ...consumer.identity, consumerKey: 'nobody' });
      await stranger.askRequestToken(callback);
      expect(rejections()).to.deep.equal([
        ['request-token', 'parameter_rejected'],
        ['request-token', 'consumer_key_unknown'],
      ]);
      expect(heard[1]).to.include({ consumerKey: 'nobody', address: '127.0.0.1' });
    });

    it('at the swap, and that the token was locked', async () => {
      const request = await consumer.requestToken(callback);
      await allow(app.baseUrl, 'ana', request.token);
      heard = [];
      for (let attempt = 0; attempt < 5; attempt += 1) await consumer.swap(request, 'wrong');
      expect(namesHeard().filter((name) => name === 'request.rejected')).to.have.length(5);
      expect(heard.filter(({ name }) => name === 'request_token.locked')).to.deep.equal([
        { name: 'request_token.locked', ...ids() },
      ]);
    });

    it('at the consent page: a token that is used, a forged form', async () => {
      const { token } = await consumer.requestToken(callback);
      const [browser, page] = await openConsent(app.baseUrl, 'ana', token);
      heard = [];
      await browser.submit(page, { button: 'authorize', fields: { csrf_token: 'forged' } });
      await browser.submit(page, { button: 'authorize' });
      await browser.submit(page, { button: 'authorize' });
      expect(heard.map(({ name, problem }) => problem ?? name)).to.deep.equal([
        'csrf_rejected',
        'authorization.allowed',
        'token_used',
      ]);
      expect(heard[0]).to.include({ endpoint: 'authorize', reason: 'form token wrong' });
    });

    it('at a resource: a wrong signature, no credentials, a scope that is missing', async () => {
      const limited = await registerConsumer(app, { scopes: [] });
      const access = await grantAccess(app, limited, 'ana');
      heard = [];
      await limited.call('POST', build, { ...access, secret: 'wrong' });
      await fetch(app.baseUrl + build, { method: 'POST' });
      await limited.call('POST', build, access);
      expect(rejections()).to.deep.equal([
        ['resource', 'signature_invalid'],
        ['resource', 'challenge'],
        ['resource', 'forbidden'],
      ]);
      for (const { reason } of heard) expect(reason).to.be.a('string').and.not.equal('');
    });

    it('by the limit on failures', async () => {
      const limited = await startKitApp({
        options: { rateLimiter: { retryAfterSeconds: () => 9, fail: () => undefined } },
      });
      try {
        const guesser = await registerConsumer(limited);
        const problems: string[] = [];
        limited.applinks.on('request.rejected', ({ problem }) => problems.push(problem));
        expect((await guesser.askRequestToken(callback)).status).to.equal(429);
        expect(problems).to.deep.equal(['rate_limited']);
      } finally {
        await limited.close();
      }
    });
  });

  it('go to the diagnostics channel as well, and nowhere holds one a secret', async () => {
    const access = await grantAccess(app, consumer, 'ana');
    const renewed = accessCredentials(await consumer.renew(access, access.sessionHandle));
    const request = await consumer.requestToken(callback);
    const verifier = await allow(app.baseUrl, 'ana', request.token);
    await consumer.swap(request, 'a-wrong-verifier');
    await consumer.call('POST', build, { ...renewed, secret: 'wrong' });
    await app.applinks.links.updateCredential(consumer.linkId, consumer.credentialId, {
      secret: 'agreed-between-both-2',
    });
    await consumer.call('POST', build, renewed);
    await app.applinks.links.remove(consumer.linkId);
    const mine = published.filter(({ linkId, consumerKey }) =>
      [linkId, consumerKey].some((id) => id === consumer.linkId || id === consumer.identity.consumerKey),
    );
    expect(mine).to.deep.equal(heard);
    expect(new Set(namesHeard()).size).to.be.at.least(8);
    const { identity } = consumer;
    const secrets = [
      identity.signatureMethod === 'RSA-SHA1' ? '' : identity.consumerSecret,
      ...['agreed-between-both-2', 'a-wrong-verifier', verifier],
      ...[access, renewed, request].flatMap((record): string[] => Object.values({ ...record })),
    ];
    const everything = JSON.stringify([heard, published]);
    for (const secret of secrets) expect(everything).not.to.include(secret);
  });
});
