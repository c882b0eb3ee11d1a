/** The access token endpoint, row by row of jenkins-integration.md A3 and D3 (AccessTokenRestEndpointTest). */
import { expect } from 'chai';
import { TestClock, dayMs, minuteMs } from '../support/clock.js';
import { allow, openConsent, press } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import {
  registerConsumer,
  type ConsumerChanges,
  type RegisteredConsumer,
} from '../support/register-consumer.js';
import {
  accessCredentials,
  TestConsumer,
  type AccessCredentials,
  type Answer,
  type Credentials,
} from '../support/test-consumer.js';

const callback = 'https://bb.example.test/access?id=1';
const forged = { tamper: replaceSignature };

function replaceSignature(
  pairs: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  return pairs.map((pair) =>
    pair[0] === 'oauth_signature' ? ['oauth_signature', 'A'.repeat(27) + '='] : pair,
  );
}

describe('The access token endpoint', () => {
  const clock = new TestClock();
  let app: KitApp;
  let consumer: RegisteredConsumer;
  const signing = () => ({ timestampSeconds: clock.seconds() });

  before(async () => {
    app = await startKitApp({ options: { clock: clock.now } });
    consumer = await registerConsumer(app);
  });
  after(() => app.close());

  const request = async (by: TestConsumer = consumer): Promise<Credentials> => {
    const answer = await by.askRequestToken(callback, signing());
    return { token: answer.fields.oauth_token!, secret: answer.fields.oauth_token_secret! };
  };
  const allowed = async (by: TestConsumer = consumer, user = 'ana'): Promise<[Credentials, string]> => {
    const credentials = await request(by);
    return [credentials, await allow(app.baseUrl, user, credentials.token)];
  };
  const granted = async (by: TestConsumer = consumer, user = 'ana'): Promise<AccessCredentials> => {
    const [credentials, verifier] = await allowed(by, user);
    return accessCredentials(await by.swap(credentials, verifier, signing()));
  };
  const register = (changes: ConsumerChanges) => registerConsumer(app, changes);
  const expectProblem = (
    answer: Answer,
    status: number,
    problem: string,
    fields: Record<string, string> = {},
  ): void => {
    expect(answer.problem, answer.text).to.equal(problem);
    expect(answer.status).to.equal(status);
    expect(answer.fields).to.deep.equal({ oauth_problem: problem, ...fields });
  };

  describe('swapping a request token', () => {
    it('gives no scope that the consumer has lost since the user allowed it', async () => {
      const by = await registerConsumer(app);
      const [credentials, verifier] = await allowed(by);
      await app.applinks.links.updateCredential(by.linkId, by.credentialId, { scopes: [] });
      const access = accessCredentials(await by.swap(credentials, verifier, signing()));
      expect((await by.call('POST', '/job/demo/build', access, signing())).status).to.equal(403);
    });

    it('one wrong try that is recorded and sent again counts once, so nobody can lock a token with it', async () => {
      const [credentials, verifier] = await allowed();
      const same = { ...signing(), nonce: 'recorded-once' };
      expectProblem(await consumer.swap(credentials, 'wrong', same), 401, 'token_rejected');
      for (let time = 0; time < 6; time += 1)
        expectProblem(await consumer.swap(credentials, 'wrong', same), 401, 'nonce_used');
      expect((await consumer.swap(credentials, verifier, signing())).status).to.equal(200);
    });

    it('row 6: answers five fields in order, numbers in seconds', async () => {
      const [credentials, verifier] = await allowed();
      const answer = await consumer.swap(credentials, verifier, signing());
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.match(/^text\/plain/);
      expect(Object.keys(answer.fields)).to.deep.equal([
        'oauth_token',
        'oauth_token_secret',
        'oauth_expires_in',
        'oauth_session_handle',
        'oauth_authorization_expires_in',
      ]);
      expect(Number(answer.fields.oauth_expires_in)).to.be.closeTo(365 * 86_400, 5);
      expect(Number(answer.fields.oauth_authorization_expires_in)).to.be.closeTo(395 * 86_400, 5);
      expect(answer.fields.oauth_token).not.to.equal(credentials.token);
      expect(answer.fields.oauth_token_secret).not.to.equal(credentials.secret);
    });

    for (const placement of ['form', 'header', 'query'] as const) {
      it(`reads the OAuth parameters from the ${placement}`, async () => {
        const [credentials, verifier] = await allowed();
        expect((await consumer.swap(credentials, verifier, { ...signing(), placement })).status).to.equal(
          200,
        );
      });
    }

    it('row 1: no oauth_token', async () => {
      const answer = await consumer.send('POST', consumer.paths.accessToken, {
        placement: 'form',
        ...signing(),
      });
      expectProblem(answer, 400, 'parameter_absent', { oauth_parameters_absent: 'oauth_token' });
    });

    it('row 2: an unknown token', async () => {
      const answer = await consumer.swap({ token: 'unknown', secret: 'x' }, 'verifier', signing());
      expectProblem(answer, 401, 'token_rejected');
    });

    it('row 3a: an expired request token', async () => {
      const hasty = await register({ requestTokenLifetimeMs: minuteMs });
      const [credentials, verifier] = await allowed(hasty);
      clock.advance(minuteMs + 1000);
      expectProblem(await hasty.swap(credentials, verifier, signing()), 401, 'token_expired');
      expectProblem(await hasty.swap(credentials, verifier, signing()), 401, 'token_expired');
    });

    it('row 3b: an undecided one, and a denied one', async () => {
      const undecided = await request();
      expectProblem(await consumer.swap(undecided, 'x', signing()), 401, 'permission_unknown');
      const denied = await request();
      await press(app.baseUrl, 'ana', denied.token, 'cancel');
      expectProblem(await consumer.swap(denied, 'denied', signing()), 401, 'permission_denied');
    });

    it("row 3c: another consumer's token is as good as unknown, whatever the signature", async () => {
      const other = await registerConsumer(app);
      const [credentials, verifier] = await allowed();
      expectProblem(await other.swap(credentials, verifier, signing()), 401, 'token_rejected');
      expectProblem(
        await other.swap(credentials, verifier, { ...signing(), ...forged }),
        401,
        'token_rejected',
      );
      expect((await consumer.swap(credentials, verifier, signing())).status).to.equal(200);
    });

    it('row 3d: no verifier', async () => {
      const [credentials] = await allowed();
      const fields = { oauth_parameters_absent: 'oauth_verifier' };
      expectProblem(await consumer.swap(credentials, undefined, signing()), 400, 'parameter_absent', fields);
    });

    it('row 3e: a wrong verifier; the right one still works', async () => {
      const [credentials, verifier] = await allowed();
      expectProblem(await consumer.swap(credentials, 'wrong', signing()), 401, 'token_rejected');
      expect((await consumer.swap(credentials, verifier, signing())).status).to.equal(200);
    });

    it('KIT: five wrong verifiers lock the token for good', async () => {
      const [credentials, verifier] = await allowed();
      const locked: unknown[] = [];
      app.applinks.on('request_token.locked', (event) => locked.push(event));
      for (let attempt = 0; attempt < 5; attempt += 1)
        await consumer.swap(credentials, `wrong-${attempt}`, signing());
      expectProblem(await consumer.swap(credentials, verifier, signing()), 401, 'token_rejected');
      expect(locked).to.deep.equal([{ linkId: consumer.linkId, credentialId: consumer.credentialId }]);
    });

    it('row 5 and KIT: the signature is checked before the state of the token is told', async () => {
      const undecided = await request();
      expectProblem(
        await consumer.swap(undecided, 'x', { ...signing(), ...forged }),
        401,
        'signature_invalid',
      );
    });

    it('row 5: a request signed with another token secret', async () => {
      const [credentials, verifier] = await allowed();
      const answer = await consumer.swap({ ...credentials, secret: 'other' }, verifier, signing());
      expectProblem(answer, 401, 'signature_invalid');
    });

    it('row 5: an unknown consumer', async () => {
      const [credentials, verifier] = await allowed();
      const stranger = new TestConsumer(app.baseUrl, { ...consumer.identity, consumerKey: 'nobody' });
      expectProblem(await stranger.swap(credentials, verifier, signing()), 401, 'consumer_key_unknown');
    });

    it('row 6: a second swap finds the token gone', async () => {
      const [credentials, verifier] = await allowed();
      expect((await consumer.swap(credentials, verifier, signing())).status).to.equal(200);
      expectProblem(await consumer.swap(credentials, verifier, signing()), 401, 'token_rejected');
    });

    it('rule 4: of ten swaps at once one wins', async () => {
      const [credentials, verifier] = await allowed();
      const swaps = Array.from({ length: 10 }, () => consumer.swap(credentials, verifier, signing()));
      const statuses = (await Promise.all(swaps)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).to.have.length(1);
      expect(statuses.filter((status) => status === 401)).to.have.length(9);
    });

    it('a replayed swap is no second token: nonce or token is used', async () => {
      const [credentials, verifier] = await allowed();
      const replay = { ...signing(), nonce: 'n-swap' };
      expect((await consumer.swap(credentials, verifier, replay)).status).to.equal(200);
      expect((await consumer.swap(credentials, verifier, replay)).status).to.equal(401);
    });

    it('a user who is gone gets no token', async () => {
      const gone = app.host.addUser({ name: 'gone', isAdmin: false, mayBuild: true });
      const [credentials, verifier] = await allowed(consumer, 'gone');
      app.host.users.delete(gone.id);
      expectProblem(await consumer.swap(credentials, verifier, signing()), 401, 'token_rejected');
    });
  });

  describe('renewing an access token by its session handle (rows 4a to 4c, KIT: it works)', () => {
    it('gives a new token, secret and handle; the old token is dead', async () => {
      const old = await granted();
      const renewed = accessCredentials(await consumer.renew(old, old.sessionHandle, signing()));
      expect(renewed.token).not.to.equal(old.token);
      expect(renewed.secret).not.to.equal(old.secret);
      expect(renewed.sessionHandle).not.to.equal(old.sessionHandle);
      const before = await consumer.call('POST', '/job/demo/build', old, signing());
      expect(before.problem).to.equal('token_rejected');
      const after = await consumer.call('POST', '/job/demo/build', renewed, signing());
      expect(JSON.parse(after.text)).to.include({ startedBy: 'ana' });
    });

    it('works after the access token has expired', async () => {
      const brief = await register({ accessTokenLifetimeMs: minuteMs });
      const old = await granted(brief);
      clock.advance(2 * minuteMs);
      expect((await brief.call('GET', '/whoami', old, signing())).problem).to.equal('token_expired');
      const renewed = accessCredentials(await brief.renew(old, old.sessionHandle, signing()));
      expect((await brief.call('GET', '/whoami', renewed, signing())).status).to.equal(200);
    });

    it('counts the session from the last renewal', async () => {
      const old = await granted();
      clock.advance(10 * dayMs);
      const answer = await consumer.renew(old, old.sessionHandle, signing());
      expect(Number(answer.fields.oauth_authorization_expires_in)).to.be.closeTo(395 * 86_400, 5);
    });

    it('keeps the id and the time of the grant', async () => {
      const user = app.host.addUser({ name: 'keeper', isAdmin: false, mayBuild: true });
      const old = await granted(consumer, 'keeper');
      const [before] = await app.store.accessTokens.list({ userId: user.id }, { limit: 10, offset: 0 });
      clock.advance(dayMs);
      await consumer.renew(old, old.sessionHandle, signing());
      const after = await app.store.accessTokens.list({ userId: user.id }, { limit: 10, offset: 0 });
      expect(after).to.have.length(1);
      expect(after[0]).to.include({ id: before!.id, createdAtMs: before!.createdAtMs });
    });

    it('row 4b: no handle, and a wrong one', async () => {
      const old = await granted();
      const fields = { oauth_parameters_absent: 'oauth_session_handle' };
      expectProblem(await consumer.renew(old, undefined, signing()), 400, 'parameter_absent', fields);
      expectProblem(await consumer.renew(old, 'wrong', signing()), 401, 'token_rejected');
    });

    it('row 4c: a session that has expired', async () => {
      const brief = await register({ accessTokenLifetimeMs: minuteMs });
      const old = await granted(brief);
      clock.advance(31 * dayMs);
      expectProblem(await brief.renew(old, old.sessionHandle, signing()), 401, 'permission_denied');
    });

    it('does not revive a token that was unused for too long', async () => {
      const idle = await register({ idleTimeoutMs: 10 * minuteMs });
      const old = await granted(idle);
      clock.advance(11 * minuteMs);
      expectProblem(await idle.renew(old, old.sessionHandle, signing()), 401, 'permission_denied');
    });

    it('gives no scope that the consumer has lost meanwhile', async () => {
      const by = await registerConsumer(app);
      const old = await granted(by);
      await app.applinks.links.updateCredential(by.linkId, by.credentialId, { scopes: [] });
      const renewed = accessCredentials(await by.renew(old, old.sessionHandle, signing()));
      expect((await by.call('POST', '/job/demo/build', renewed, signing())).status).to.equal(403);
      expect((await by.call('GET', '/whoami', renewed, signing())).status).to.equal(200);
    });

    it('and swapping, and asking users, end when the link allows no tokens of users any more', async () => {
      const by = await registerConsumer(app);
      const old = await granted(by);
      const [credentials, verifier] = await allowed(by);
      const open = await request(by);
      const link = (await app.store.links.get(by.linkId))!;
      await app.store.links.update({ ...link, levels: { ...link.levels, threeLegged: false } });
      expectProblem(await by.renew(old, old.sessionHandle, signing()), 401, 'permission_denied');
      expectProblem(await by.swap(credentials, verifier, signing()), 401, 'permission_denied');
      const [, page] = await openConsent(app.baseUrl, 'ana', open.token);
      expect(page.status).to.equal(401);
      expect(page.forms.flatMap(({ buttons }) => buttons.map(({ name }) => name))).not.to.include(
        'authorize',
      );
    });

    it('of ten renewals at once one wins', async () => {
      const old = await granted();
      const renewals = Array.from({ length: 10 }, () => consumer.renew(old, old.sessionHandle, signing()));
      const statuses = (await Promise.all(renewals)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).to.have.length(1);
    });

    it('is refused with a wrong signature, and for another consumer', async () => {
      const old = await granted();
      const bad = await consumer.renew(old, old.sessionHandle, { ...signing(), ...forged });
      expectProblem(bad, 401, 'signature_invalid');
      const other = await registerConsumer(app);
      expectProblem(await other.renew(old, old.sessionHandle, signing()), 401, 'token_rejected');
    });

    it('is refused when the user is gone', async () => {
      const leaver = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
      const old = await granted(consumer, 'leaver');
      app.host.users.delete(leaver.id);
      expectProblem(await consumer.renew(old, old.sessionHandle, signing()), 401, 'token_rejected');
    });
  });
});
