/** Routes behind authenticate() and strategy(): jenkins-integration.md A7, A11 and D3, applinks-oauth1.md 5.3 and 5.4. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import express4 from 'express4';
import passport from 'passport';
import { ApplinksError } from 'express-applinks';
import { signRequest } from 'express-applinks/testing';
import { TestClock, dayMs, minuteMs } from '../support/clock.js';
import { allow } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { listen } from '../support/listen.js';
import {
  registerConsumer,
  type ConsumerChanges,
  type RegisteredConsumer,
} from '../support/register-consumer.js';
import {
  accessCredentials,
  send,
  TestConsumer,
  type AccessCredentials,
  type Answer,
} from '../support/test-consumer.js';

const build = '/job/demo/build';
const bothChallenges = /^OAuth realm="[^"]*", Bearer realm="[^"]*"$/;

for (const version of [5, 4] as const) {
  describe(`A route behind authenticate(), on Express ${version}`, () => {
    const clock = new TestClock();
    let app: KitApp;
    let consumer: RegisteredConsumer;
    let access: AccessCredentials;
    const now = () => ({ timestampSeconds: clock.seconds() });

    const grant = async (by: TestConsumer, user = 'ana'): Promise<AccessCredentials> => {
      const request = await by.askRequestToken('https://bb.example.test/cb', now());
      const credentials = {
        token: request.fields.oauth_token!,
        secret: request.fields.oauth_token_secret!,
      };
      const verifier = await allow(app.baseUrl, user, credentials.token);
      return accessCredentials(await by.swap(credentials, verifier, now()));
    };
    const connect = async (changes: ConsumerChanges = {}, user = 'ana') => {
      const by = await registerConsumer(app, changes);
      return { by, token: await grant(by, user) };
    };
    const expectProblem = (answer: Answer, status: number, problem: string): void => {
      expect(answer.problem, answer.text).to.equal(problem);
      expect(answer.status).to.equal(status);
      expect(answer.headers.get('www-authenticate')).to.match(/^OAuth realm="http/);
      expect(answer.headers.get('www-authenticate')).not.to.match(/bearer/i);
    };
    const expectBareChallenge = (answer: Answer): void => {
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.match(/^OAuth realm="[^"]*"$/);
      expect(answer.text).to.equal('');
    };

    /** None gets the challenges of both schemes, OAuth first (rule 7). */
    const expectBothChallenges = (answer: Answer): void => {
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.match(bothChallenges);
      expect(answer.text).to.equal('');
    };

    before(async () => {
      app = await startKitApp({ express: version, options: { clock: clock.now } });
      consumer = await registerConsumer(app);
      access = await grant(consumer);
    });
    after(() => app.close());

    it('runs as the user of the token, and a 2xx carries no challenge', async () => {
      const answer = await consumer.call('POST', build, access, now());
      expect(answer.status).to.equal(201);
      expect(answer.headers.get('www-authenticate')).to.equal(null);
    });

    it('hands the form on to the handler, as a body parser would', async () => {
      const form = [
        ['branch', 'feature/ä b'],
        ['tag', '1'],
        ['tag', '2'],
      ] as const;
      const answer = await consumer.call('POST', `${build}?delay=0sec`, access, { ...now(), form });
      expect(JSON.parse(answer.text)).to.deep.include({ body: { branch: 'feature/ä b', tag: ['1', '2'] } });
    });

    it('lets a JSON body pass, which Atlassian does not sign', async () => {
      const body = { content: '{"a":1}', contentType: 'application/json' };
      expect((await consumer.call('POST', build, access, { ...now(), body })).status).to.equal(201);
    });

    it('verifies oauth_body_hash when it is sent', async () => {
      const body = { content: '{"a":1}', contentType: 'application/json' };
      const right = await consumer.call('POST', build, access, { ...now(), body, bodyHash: true });
      expect(right.status, right.text).to.equal(201);
      expect(JSON.parse(right.text)).to.deep.include({ body: { a: 1 } });
      const oauth_body_hash = createHash('sha1').update('{"a":2}').digest('base64');
      const wrong = await consumer.call('POST', build, access, {
        ...now(),
        body,
        protocol: { oauth_body_hash },
      });
      expectProblem(wrong, 400, 'parameter_rejected');
    });

    it('refuses JSON that is none, though its hash is right', async () => {
      const body = { content: '{"a":', contentType: 'application/json' };
      const answer = await consumer.call('POST', build, access, { ...now(), body, bodyHash: true });
      expect([answer.status, answer.text]).to.deep.equal([400, 'The body is not JSON in UTF-8.']);
    });

    it('hands on a body of any other type as bytes, when it had to be read', async () => {
      const body = { content: 'a,b', contentType: 'text/csv' };
      const answer = await consumer.call('POST', build, access, { ...now(), body, bodyHash: true });
      const bytes = { type: 'Buffer', data: [...Buffer.from('a,b')] };
      expect(JSON.parse(answer.text)).to.deep.include({ body: bytes });
    });

    it('replayed as late as its timestamp allows is refused, also after a sweep', async () => {
      const last = await connect();
      const nonce = 'from-the-future';
      const ahead = { timestampSeconds: clock.seconds() + 299, nonce };
      expect((await last.by.call('POST', build, last.token, ahead)).status).to.equal(201);
      clock.advance(598_000);
      await app.applinks.tick();
      const replayed = await last.by.call('POST', build, last.token, ahead);
      expectProblem(replayed, 401, 'nonce_used');
    });

    describe('without credentials', () => {
      it('answers a challenge of each scheme and an empty body', async () => {
        expectBothChallenges(await send(app.baseUrl + build, { method: 'POST' }));
      });

      for (const authorization of ['Basic YTpi', 'OAuthX oauth_token="x"', 'Negotiate']) {
        it(`takes ${authorization.split(' ')[0]!} for no credentials`, async () => {
          expectBothChallenges(
            await send(app.baseUrl + build, { method: 'POST', headers: { authorization } }),
          );
        });
      }

      it('SECURITY-3434: OAuth parameters in query or form are no credentials', async () => {
        for (const placement of ['query', 'form'] as const) {
          expectBothChallenges(await consumer.call('POST', build, access, { ...now(), placement }));
        }
      });

      it('duplicate form fields of unrelated requests do no harm (commit a738fc1a)', async () => {
        const body = 'oauth_token=a&oauth_token=b&x=1&x=1';
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        expectBothChallenges(await send(app.baseUrl + build, { method: 'POST', body, headers }));
      });
    });

    describe('that is optional', () => {
      it('passes on without an OAuth header, to whoever the session says', async () => {
        const answer = await send(`${app.baseUrl}/whoami`, {});
        expect(JSON.parse(answer.text)).to.deep.equal({ caller: null, session: null });
      });

      it('refuses an invalid header even if a session would do', async () => {
        const session = 'spec-session';
        app.host.sessions.set(session, 'id-admin');
        const headers = { cookie: `test_session=${session}`, authorization: 'OAuth oauth_token="x"' };
        expect((await send(`${app.baseUrl}/whoami`, { headers })).status).to.equal(400);
        const alone = await send(`${app.baseUrl}/whoami`, { headers: { cookie: headers.cookie } });
        expect(JSON.parse(alone.text)).to.deep.equal({ caller: null, session: 'admin' });
      });
    });

    describe('checks in order (A7)', () => {
      it('1: an unknown token', async () => {
        expectProblem(
          await consumer.call('POST', build, { token: 'no', secret: 'x' }, now()),
          401,
          'token_rejected',
        );
      });

      it('2: a request token is no access token', async () => {
        const { fields } = await consumer.askRequestToken('oob', now());
        const request = { token: fields.oauth_token!, secret: fields.oauth_token_secret! };
        expectProblem(await consumer.call('POST', build, request, now()), 401, 'token_rejected');
      });

      it("4: another consumer's token", async () => {
        const other = await registerConsumer(app);
        expectProblem(await other.call('POST', build, access, now()), 401, 'token_rejected');
      });

      it('5: an expired token', async () => {
        const { by, token } = await connect({ accessTokenLifetimeMs: minuteMs });
        clock.advance(minuteMs + 1000);
        expectProblem(await by.call('POST', build, token, now()), 401, 'token_expired');
      });

      it('KIT: a token unused for longer than the idle time-out', async () => {
        const { by, token } = await connect({ idleTimeoutMs: dayMs });
        clock.advance(dayMs - minuteMs);
        expect((await by.call('POST', build, token, now())).status).to.equal(201);
        clock.advance(dayMs - minuteMs);
        expect((await by.call('POST', build, token, now())).status).to.equal(201);
        clock.advance(dayMs + minuteMs);
        expectProblem(await by.call('POST', build, token, now()), 401, 'token_expired');
      });

      it('6: a replayed nonce', async () => {
        const signing = { ...now(), nonce: 'n-resource' };
        expect((await consumer.call('POST', build, access, signing)).status).to.equal(201);
        expectProblem(await consumer.call('POST', build, access, signing), 401, 'nonce_used');
      });

      it('6: of ten equal requests at once one gets through', async () => {
        const signing = { ...now(), nonce: 'n-ten' };
        const calls = Array.from({ length: 10 }, () => consumer.call('POST', build, access, signing));
        const statuses = (await Promise.all(calls)).map(({ status }) => status);
        expect(statuses.filter((status) => status === 201)).to.have.length(1);
      });

      it('6: an old timestamp', async () => {
        const old = { timestampSeconds: clock.seconds() - 400 };
        expectProblem(await consumer.call('POST', build, access, old), 400, 'timestamp_refused');
      });

      it('6: a signature over another path, query or method', async () => {
        const swapped = { ...consumer.identity, consumerSecret: 'wrong' } as typeof consumer.identity;
        const liar = new TestConsumer(app.baseUrl, swapped);
        expectProblem(await liar.call('POST', build, access, now()), 401, 'signature_invalid');
      });

      it('1 before 7, and AL 5.4: an unknown consumer with a token: token_rejected, so that the peer drops it', async () => {
        const stranger = new TestConsumer(app.baseUrl, { ...consumer.identity, consumerKey: 'nobody' });
        expectProblem(await stranger.call('POST', build, access, now()), 401, 'token_rejected');
      });

      it('7: an unknown consumer without a token is told that its key is unknown', async () => {
        const stranger = new TestConsumer(app.baseUrl, { ...consumer.identity, consumerKey: 'nobody' });
        const answer = await stranger.call('POST', build, { token: '', secret: '' }, now());
        expectProblem(answer, 401, 'consumer_key_unknown');
      });

      it('8 and AL 5.4: the user is gone: token_rejected, so that the peer drops the token', async () => {
        const leaver = app.host.addUser({ name: 'leaver', isAdmin: false, mayBuild: true });
        const token = await grant(consumer, 'leaver');
        app.host.users.delete(leaver.id);
        expectProblem(await consumer.call('POST', build, token, now()), 401, 'token_rejected');
      });

      it('no oauth_token at all is 400, not anonymous', async () => {
        expectProblem(await consumer.send('POST', build, now()), 400, 'parameter_absent');
      });

      it('an OAuth parameter in the query beside the header is refused (RFC 5849 section 3.5)', async () => {
        const answer = await consumer.call('POST', `${build}?oauth_callback=x`, access, now());
        expectProblem(answer, 400, 'parameter_rejected');
      });

      it('AL 5.4: two-legged requests are off: a bare challenge and an empty body', async () => {
        expectBareChallenge(await consumer.call('POST', build, { token: '', secret: '' }, now()));
      });

      it('AL 5.4: a two-legged request with a wrong signature is told so', async () => {
        const answer = await consumer.call('POST', build, { token: '', secret: 'x' }, now());
        expectProblem(answer, 401, 'signature_invalid');
      });
    });

    describe('with a scope', () => {
      it('refuses a token without it with 403 and no challenge', async () => {
        const { by, token } = await connect({ scopes: [] });
        const answer = await by.call('POST', build, token, now());
        expect(answer.status).to.equal(403);
        expect(answer.headers.get('www-authenticate')).to.equal(null);
      });

      it('that nobody defined is a mistake of the developer, told when the route is made', () => {
        expect(() => app.applinks.authenticate({ scope: 'biuld' })).to.throw(ApplinksError, /scope biuld/);
      });
    });

    it('tells listeners why a request was refused, without anything secret', async () => {
      const events: unknown[] = [];
      const listener = (event: unknown): unknown => events.push(event);
      app.applinks.on('request.rejected', listener);
      await consumer.call('POST', build, { token: 'unknown', secret: 'x' }, now());
      app.applinks.off('request.rejected', listener);
      expect(events).to.have.length(1);
      expect(events[0]).to.deep.include({
        endpoint: 'resource',
        problem: 'token_rejected',
        consumerKey: consumer.identity.consumerKey,
        address: '127.0.0.1',
      });
    });

    it('serves passport the same way through strategy()', async () => {
      const authenticator = new passport.Authenticator();
      authenticator.use('applinks', app.applinks.strategy());
      const framework = version === 4 ? express4 : express;
      const host = framework();
      host.post(
        build,
        authenticator.authenticate('applinks', { session: false, scope: 'build' }) as RequestHandler,
        (req, res) =>
          void res.json({ user: req.user, link: req.applink?.link.name, body: req.body as unknown }),
      );
      const server = await listen(host);
      try {
        // The strategy verifies against baseUrl, so a request that came to another port is signed for baseUrl.
        const through = async (token: AccessCredentials, signing = {}): Promise<Answer> => {
          const signed = signRequest({
            method: 'POST',
            url: app.baseUrl + build,
            identity: consumer.identity,
            token: token.token,
            tokenSecret: token.secret,
            ...now(),
            ...signing,
          });
          const { headers, body = '' } = signed;
          return send(server.url + build, { method: 'POST', headers, body });
        };
        const answer = await through(access);
        expect(answer.status, answer.text).to.equal(200);
        expect(JSON.parse(answer.text)).to.deep.include({ link: 'Bitbucket' });
        expectProblem(await through({ ...access, token: 'unknown' }), 401, 'token_rejected');
        const late = await through(access, { timestampSeconds: clock.seconds() - 400 });
        expectProblem(late, 400, 'timestamp_refused');
        expect(late.headers.get('cache-control')).to.equal('no-store');
        const filled = await through(access, { form: [['branch', 'main']] });
        expect(JSON.parse(filled.text)).to.deep.include({ body: { branch: 'main' } });
        const none = await send(server.url + build, { method: 'POST' });
        expect(none.status).to.equal(401);
        expect(none.headers.get('www-authenticate')).to.match(bothChallenges);
      } finally {
        await server.close();
      }
    });

    it('leaves nothing to do for body parsers that come later', async () => {
      const framework = version === 4 ? express4 : express;
      const host = framework();
      const parsers = [framework.urlencoded({ extended: false }), framework.json()] as RequestHandler[];
      host.post(
        build,
        app.applinks.authenticate(),
        ...parsers,
        (req, res) => void res.json({ body: req.body as unknown }),
      );
      const server = await listen(host);
      const sent = [
        { form: [['a', 'b']] as const },
        { body: { content: '{"a":"b"}', contentType: 'application/json' }, bodyHash: true },
        { body: { content: '{"a":"b"}', contentType: 'application/json' } },
      ];
      try {
        for (const signing of sent) {
          const { headers, body = '' } = signRequest({
            method: 'POST',
            url: app.baseUrl + build,
            identity: consumer.identity,
            token: access.token,
            tokenSecret: access.secret,
            ...now(),
            ...signing,
          });
          const answer = await send(server.url + build, { method: 'POST', headers, body });
          expect([answer.status, answer.text]).to.deep.equal([200, '{"body":{"a":"b"}}']);
        }
      } finally {
        await server.close();
      }
    });

    it('logs nobody in through strategy(): without session: false it is an error that says so', async () => {
      const authenticator = new passport.Authenticator();
      authenticator.use('applinks', app.applinks.strategy());
      const host = version === 4 ? express4() : express();
      const guard = authenticator.authenticate('applinks', { scope: 'build' }) as RequestHandler;
      const told: ErrorRequestHandler = (error, _req, res, next) => {
        if (res.headersSent) next(error);
        else res.status(500).send((error as Error).message);
      };
      host.post(build, guard, (_req, res) => void res.send('reached'));
      host.use(told);
      const server = await listen(host);
      try {
        const answer = await send(server.url + build, { method: 'POST' });
        expect([answer.status, answer.text]).to.deep.equal([
          500,
          "The applinks strategy needs passport.authenticate('applinks', { session: false }): a signed call must not log anybody in.",
        ]);
        expect(answer.headers.get('set-cookie')).to.equal(null);
      } finally {
        await server.close();
      }
    });
  });
}
