import { expect } from 'chai';
import { signRequest } from '../../../../../plugin/testing/index.js';
import { ask, callingApp, consumerKey, keys, paths, type CallingApp, type Signing } from './calling-app.js';

type Parameters = readonly (readonly [string, string])[];
const without =
  (dropped: string) =>
  (parameters: Parameters): Parameters =>
    parameters.filter(([name]) => name !== dropped);

describe('c9: signed requests without a token of a user (6.6)', () => {
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

  describe('c9: 2LO', () => {
    const whoAmI = (query = '', signing: Signing = {}) =>
      app.call(paths.whoAmI + query, { token: '', ...signing });

    it('is anonymous without an executing user, and still successful', async () => {
      const answer = await whoAmI();
      expect(answer.status).to.equal(200);
      expect(answer.body).to.equal('');
    });

    it('runs as the executing user', async () => {
      app.consumer.executingUser = 'ben';
      expect((await whoAmI()).body).to.equal('ben');
    });

    it('an unknown consumer is consumer_key_unknown', async () => {
      const identity = {
        consumerKey: 'nobody',
        signatureMethod: 'RSA-SHA1',
        privateKey: keys.privateKey,
      } as const;
      const answer = await whoAmI('', { identity });
      expect(answer.status).to.equal(401);
      expect(answer.fields.oauth_problem).to.equal('consumer_key_unknown');
    });

    it('the signature counts before the permission', async () => {
      app.consumer.twoLegged = false;
      const identity = { consumerKey, signatureMethod: 'HMAC-SHA1', consumerSecret: 'any' } as const;
      const answer = await whoAmI('', { identity });
      expect(answer.status).to.equal(400);
      expect(answer.fields.oauth_problem).to.equal('signature_method_rejected');
    });

    it('that is not allowed gets 401, a bare challenge and an empty body', async () => {
      app.consumer.twoLegged = false;
      const answer = await whoAmI();
      expect(answer.status).to.equal(401);
      expect(answer.challenge).to.equal(bareChallenge());
      expect(answer.body).to.equal('');
    });

    it('without oauth_token is no attempt: it runs anonymously, whatever the signature', async () => {
      app.consumer.executingUser = 'ben';
      const answer = await app.call(paths.whoAmI, {
        tamper: (parameters) =>
          parameters.map(([name, value]) => [name, name === 'oauth_signature' ? '' : value]),
      });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.equal('');
    });

    for (const name of ['consumer_key', 'signature_method', 'signature', 'timestamp', 'nonce']) {
      it(`without oauth_${name} is no attempt either`, async () => {
        app.consumer.executingUser = 'ben';
        expect((await whoAmI('', { tamper: without(`oauth_${name}`) })).body).to.equal('');
        const protectedOne = await app.call(`${paths.projects}/INT`, {
          token: '',
          tamper: without(`oauth_${name}`),
        });
        expect(protectedOne.status).to.equal(401);
        expect(protectedOne.challenge).to.equal(bareChallenge());
      });
    }

    it('is what the self-test of a link asks the manifest with (3.4 row 9)', async () => {
      const path = '/rest/applinks/latest/manifest';
      expect((await app.call(path, { token: '' })).status).to.equal(200);
      app.consumer.twoLegged = false;
      const answer = await app.call(path, { token: '' });
      expect(answer.status).to.equal(401);
      expect(answer.challenge).to.equal(bareChallenge());
      expect(answer.body).to.equal('');
    });

    it('the executing user may not log in: 401 with a bare challenge', async () => {
      app.consumer.executingUser = 'ben';
      app.standIn.users.find(({ name }) => name === 'ben')!.isLocked = true;
      const answer = await whoAmI();
      expect(answer.status).to.equal(401);
      expect(answer.challenge).to.equal(bareChallenge());
    });
  });

  describe('c9: 2LOi', () => {
    beforeEach(() => {
      app.consumer.impersonation = true;
      app.consumer.executingUser = 'ben';
    });
    const whoAmI = (query: string, signing: Signing = {}) =>
      app.call(paths.whoAmI + query, { token: '', ...signing });

    it('runs as the user named in the query', async () => {
      expect((await whoAmI('?xoauth_requestor_id=ana')).body).to.equal('ana');
    });

    it('runs as the user named in a form', async () => {
      const path = '/rest/api/1.0/projects';
      const form = { xoauth_requestor_id: 'admin' };
      // An administrator gets as far as the missing key.
      expect((await app.call(path, { token: '', method: 'POST', form })).status).to.equal(400);
    });

    it('runs anonymously for a user who is unknown, not as the executing one', async () => {
      const answer = await whoAmI('?xoauth_requestor_id=nobody');
      expect(answer.status).to.equal(200);
      expect(answer.body).to.equal('');
    });

    it('takes user_id for a requestor, which xoauth_requestor_id goes before', async () => {
      expect((await whoAmI('?user_id=ana')).body).to.equal('ana');
      expect((await whoAmI('?user_id=ben&xoauth_requestor_id=ana')).body).to.equal('ana');
    });

    for (const query of ['?xoauth_requestor_id=ana', '?user_id=17']) {
      it(`that is not allowed gets 401, a bare challenge and an empty body: ${query}`, async () => {
        app.consumer.impersonation = false;
        const answer = await whoAmI(query);
        expect(answer.status).to.equal(401);
        expect(answer.challenge).to.equal(bareChallenge());
        expect(answer.body).to.equal('');
      });
    }

    it('is allowed even where 2LO is not', async () => {
      app.consumer.twoLegged = false;
      expect((await whoAmI('?xoauth_requestor_id=ana')).body).to.equal('ana');
      expect((await whoAmI('')).status).to.equal(401);
    });

    it('covers the requestor by the signature', async () => {
      const identity = { consumerKey, signatureMethod: 'RSA-SHA1', privateKey: keys.privateKey } as const;
      const url = `${app.standIn.url}${paths.whoAmI}?xoauth_requestor_id=ana`;
      const signed = signRequest({
        method: 'GET',
        url,
        identity,
        token: '',
        timestampSeconds: 1_800_000_000,
      });
      const answer = await ask('GET', url.replace('=ana', '=admin'), signed.headers);
      expect(answer.fields.oauth_problem).to.equal('signature_invalid');
    });
  });
});
