/** What callers are told of an error, and what they are not (rule 7). */
import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import { memoryStore } from 'express-applinks';
import { parseOptions } from '../../../plugin/config.js';
import type { Context } from '../../../plugin/context.js';
import {
  ApplinksError,
  InvalidInput,
  OAuthChallenge,
  OAuthProblem,
  RateLimited,
} from '../../../plugin/errors.js';
import { createEvents } from '../../../plugin/events.js';
import { createEndpoints, type Endpoint, type Surface } from '../../../plugin/http/handler.js';
import { createViews, type Views } from '../../../plugin/http/views.js';
import { createSealer } from '../../../plugin/store/seal.js';
import { listen } from '../../support/listen.js';
import { send, type Answer } from '../../support/test-consumer.js';

const key = Buffer.alloc(32, 7).toString('base64');
const surfaces = ['oauth', 'page', 'json'] as const;

describe('The edge of every endpoint', () => {
  let logged: string[];
  const note =
    (level: string) =>
    ({ err, ...fields }: { err?: Error }, message: string): void =>
      void logged.push(`${level}: ${message} ${JSON.stringify(fields)} ${err?.message ?? ''}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  beforeEach(() => {
    logged = [];
  });

  const serve = async (
    surface: Surface,
    endpoint: Endpoint,
    onError?: ErrorRequestHandler,
    views?: Views,
  ): Promise<Answer> => {
    const config = parseOptions({
      baseUrl: 'https://ci.example.test/ci',
      mountPath: '',
      application: { name: 'Sample CI' },
      store: memoryStore(),
      keys: { encryption: [key] },
      host: { user: () => null, findUser: () => null, isAdmin: () => false, login: () => undefined },
      logger,
    });
    const context: Context = {
      config,
      store: config.store,
      sealer: createSealer(config.keys.encryption),
      events: createEvents(() => undefined),
      limiter: { retryAfterSeconds: () => 0, fail: () => undefined },
    };
    const app = express();
    app.use(createEndpoints(context, views ?? createViews(config, 'Sample CI'))(surface, 'spec', endpoint));
    if (onError) app.use(onError);
    const server = await listen(app);
    try {
      return await send(`${server.url}/x`, {});
    } finally {
      await server.close();
    }
  };
  const failing = (surface: Surface, error: Error): Promise<Answer> =>
    serve(surface, () => Promise.reject(error));

  for (const surface of surfaces) {
    describe(`in the form of ${surface}`, () => {
      it('answers 500 to an unexpected error, and says nothing of it', async () => {
        const answer = await failing(
          surface,
          new Error('SELECT * FROM secret_table failed at /srv/app.js:1'),
        );
        expect(answer.status).to.equal(500);
        expect(answer.text)
          .to.include('Something went wrong here.')
          .and.not.match(/SELECT|srv|stack/);
        expect(answer.headers.get('www-authenticate')).to.equal(null);
        expect(logged.join()).to.match(/^error: express-applinks: request failed .*"spec".*/);
      });

      it('keeps inner failures for the log, though their message is our own', async () => {
        const error = new ApplinksError('encryption_key_missing', 500, 'No key has the id 0badcafe.');
        const answer = await failing(surface, error);
        expect(answer.status).to.equal(500);
        expect(answer.text).to.include('Something went wrong here.').and.not.include('0badcafe');
        expect(logged.join()).to.include('0badcafe');
      });

      it('tells the developer how to mount it', async () => {
        const error = new ApplinksError('raw_body_unavailable', 500, 'Mount it before the parser.');
        expect((await failing(surface, error)).text).to.include('Mount it before the parser.');
      });

      it('tells no private reason; the log has it', async () => {
        const details = { reason: 'the token belongs to another link' };
        const answer = await failing(surface, new ApplinksError('forbidden', 403, 'Not for you.', details));
        expect(answer.status).to.equal(403);
        expect(answer.text).to.include('Not for you.').and.not.include('another link');
        expect(logged.join())
          .to.include('info: express-applinks: request refused')
          .and.include('another link');
      });

      it('answers 500 even to something thrown that is no error', async () => {
        const answer = await serve(surface, async () => {
          await Promise.resolve();
          AbortSignal.abort('just a string').throwIfAborted();
        });
        expect(answer.status).to.equal(500);
        expect(answer.text).not.to.include('just a string');
      });

      it('may be kept by no cache', async () => {
        const answer = await failing(surface, new ApplinksError('not_found', 404, 'Nothing here.'));
        expect(answer.headers.get('cache-control')).to.equal('no-store');
      });

      it('says when to come back after too many failures', async () => {
        const answer = await failing(surface, new RateLimited(17));
        expect(answer.status).to.equal(429);
        expect(answer.headers.get('retry-after')).to.equal('17');
      });

      it('tears the connection when the answer had begun', async () => {
        let reached = false;
        const endpoint: Endpoint = async (_req, res) => {
          res.status(200).write('the first part');
          await new Promise((resolve) => setImmediate(resolve));
          throw new Error('too late');
        };
        const answer = await serve(surface, endpoint, (_error, _req, _res, next) => {
          reached = true;
          next();
        }).catch((error: unknown) => error);
        expect(answer).to.be.instanceOf(Error);
        expect(reached).to.equal(false);
        expect(logged.join()).to.include('too late');
      });
    });
  }

  describe('for a consumer', () => {
    it('puts the problem into header and form', async () => {
      const answer = await failing(
        'oauth',
        new OAuthProblem('token_expired', {}, { reason: 'since Monday' }),
      );
      expect(answer.status).to.equal(401);
      expect(answer.problem).to.equal('token_expired');
      expect(answer.headers.get('www-authenticate')).to.match(/^OAuth realm="https%3A/);
      expect(answer.text).to.equal('oauth_problem=token_expired');
    });

    it('asks for credentials by a bare challenge and an empty body', async () => {
      const answer = await failing('oauth', new OAuthChallenge());
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.equal(
        'OAuth realm="https%3A%2F%2Fci.example.test%2Fci"',
      );
      expect(answer.text).to.equal('');
    });

    it('answers other errors as plain text', async () => {
      const answer = await failing('oauth', new ApplinksError('forbidden', 403, 'Not in this scope.'));
      expect(answer.headers.get('content-type')).to.match(/^text\/plain/);
      expect(answer.headers.get('www-authenticate')).to.equal(null);
      expect(answer.text).to.equal('Not in this scope.');
    });

    for (const [error, problem] of [
      [new ApplinksError('payload_too_large', 413, 'Too large.'), 'parameter_rejected'],
      [new ApplinksError('unsupported_media_type', 415, 'Not compressed.'), 'parameter_rejected'],
      [new RateLimited(7), 'consumer_key_refused'],
    ] as const) {
      it(`reports ${error.code} as ${problem}, so that a peer can show why`, async () => {
        const answer = await failing('oauth', error);
        expect(answer.status).to.equal(error.status);
        expect(answer.problem).to.equal(problem);
        expect(answer.fields.oauth_problem_advice).to.equal(error.message);
      });
    }
  });

  describe('for a program', () => {
    it('names code and message', async () => {
      const answer = await failing('json', new ApplinksError('not_found', 404, 'There is no such link.'));
      expect(answer.headers.get('content-type')).to.match(/^application\/json/);
      expect(JSON.parse(answer.text)).to.deep.equal({
        error: { code: 'not_found', message: 'There is no such link.' },
      });
    });

    it('names the fields of refused input', async () => {
      const answer = await failing('json', new InvalidInput({ key: ['Enter a key.'], name: ['Too long.'] }));
      expect(answer.status).to.equal(400);
      expect(JSON.parse(answer.text)).to.deep.nested.include({
        'error.code': 'invalid_input',
        'error.fields': { key: ['Enter a key.'], name: ['Too long.'] },
      });
    });
  });

  describe('for a person', () => {
    it('shows a page with status, code and what to do, all escaped', async () => {
      const error = new ApplinksError('conflict', 409, 'Reload <b>it</b> and try again.');
      const answer = await failing('page', error);
      expect(answer.headers.get('content-type')).to.match(/^text\/html/);
      expect(answer.status).to.equal(409);
      expect(answer.text).to.include('Reload &lt;b&gt;it&lt;/b&gt; and try again.').and.include('conflict');
    });

    it('shows the problem code of the protocol, without a challenge', async () => {
      const answer = await failing('page', new OAuthProblem('token_used'));
      expect(answer.status).to.equal(401);
      expect(answer.text).to.include('token_used');
      expect(answer.headers.get('www-authenticate')).to.equal(null);
    });
  });

  it('leaves it to the host when not even the page of the error can be shown', async () => {
    const broken: Views = { render: () => Promise.reject(new Error('template missing')) };
    const endpoint: Endpoint = () => Promise.reject(new ApplinksError('not_found', 404, 'Nothing here.'));
    const onError: ErrorRequestHandler = (error: Error, _req, res, next) => {
      if (res.headersSent) next(error);
      else res.status(503).send(`host: ${error.message}`);
    };
    const answer = await serve('page', endpoint, onError, broken);
    expect([answer.status, answer.text]).to.deep.equal([503, 'host: template missing']);
  });

  it('stays out of the way of an answer that succeeds', async () => {
    const answer = await serve('json', (_req, res) => Promise.resolve(void res.json({ fine: true })));
    expect(answer.status).to.equal(200);
    expect(logged).to.be.empty;
  });
});
