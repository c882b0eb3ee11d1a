import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { capturingLogger, createSecretWatch, places, secretKinds, watch } from './secrets.js';
import type { SecretWatch } from './secrets.js';
import { createEvents } from '../../plugin/events.js';

const makeSecret = (): string => randomBytes(32).toString('base64');

describe('the watch over secrets', () => {
  let own: SecretWatch;

  beforeEach(() => {
    own = createSecretWatch();
  });

  for (const kind of secretKinds) {
    for (const place of places) {
      const allowed = place === 'url' && ['request token', 'verifier', 'code'].includes(kind);
      it(`${allowed ? 'lets pass' : 'finds'} (${kind}, ${place})`, () => {
        const secret = makeSecret();
        own.remember(secret, kind);
        own.capture(`before ${secret} after`, place);
        expect(own.leaks()).to.deep.equal(
          allowed ? [] : [{ kind, place, excerpt: `before [${kind}] after` }],
        );
      });
    }
  }

  it('finds a secret that is encoded as in a URL, once and twice', () => {
    const secret = 'aaaa+bbbb/cccc=dddd&eeee';
    own.remember(secret, 'signature');
    own.capture(`https://ci.example.com/?oauth_signature=${encodeURIComponent(secret)}`, 'url');
    own.capture(`GET&http&${encodeURIComponent(encodeURIComponent(secret))}`, 'log');
    expect(own.leaks().map(({ place }) => place)).to.have.members(['url', 'log']);
  });

  it('finds a secret at the very beginning and the very end of a text', () => {
    const secret = makeSecret();
    own.remember(secret, 'token secret');
    own.capture(secret, 'log');
    expect(own.leaks()).to.have.length(1);
  });

  it('finds each of two secrets that begin alike, and not one that differs in its last character', () => {
    own.remember('same-beginning-1', 'access token');
    own.remember('same-beginning-2', 'token secret');
    own.capture('same-beginning-1, same-beginning-2, same-beginning-3', 'event');
    expect(own.leaks().map(({ kind }) => kind)).to.have.members(['access token', 'token secret']);
  });

  it('finds nothing in a text that masks its secrets', () => {
    const secret = makeSecret();
    own.remember(secret, 'request token');
    own.capture(`GET /authorize?oauth_token=${secret.slice(0, 4)}…`, 'log');
    expect(own.leaks()).to.be.empty;
  });

  it('searches a long log for many secrets in a moment', () => {
    for (let i = 0; i < 5000; i += 1) own.remember(makeSecret(), 'access token');
    for (let i = 0; i < 20_000; i += 1)
      own.capture(`${i} info GET /job/demo/ 200 in 12 ms, user agent mocha`, 'log');
    const planted = makeSecret();
    own.remember(planted, 'consumer secret');
    own.capture(`error: bad key ${planted}`, 'log');
    const started = performance.now();
    expect(own.leaks()).to.have.length(1);
    expect(performance.now() - started).to.be.below(5000);
  });

  describe('of the whole run', () => {
    const heard = (place: (typeof places)[number]): number => watch.counts()[place];

    it('hears the logger, the private parts of errors included, and passes on what it heard', () => {
      const passedOn: string[] = [];
      const ignore = (): void => undefined;
      const next = {
        debug: ignore,
        info: ignore,
        warn: ignore,
        error: (_: object, text: string) => passedOn.push(text),
      };
      const before = heard('log');
      capturingLogger(next).error({ err: new Error('outer', { cause: new Error('inner') }) }, 'It failed.');
      expect(heard('log')).to.equal(before + 1);
      expect(passedOn).to.deep.equal(['It failed.']);
    });

    it('hears events without being asked', () => {
      const before = heard('event');
      createEvents(() => undefined).emit('link.created', {
        linkId: randomBytes(8).toString('hex'),
        by: null,
      });
      expect(heard('event')).to.equal(before + 1);
    });

    it('hears redirects and challenges of every answer, and learns the signatures of requests', async () => {
      const path = `/${randomBytes(8).toString('hex')}`;
      const server = createServer((_, response) => {
        response
          .setHeader('location', path)
          .setHeader('www-authenticate', `OAuth realm="${path}"`)
          .writeHead(401)
          .end();
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const before = watch.counts();
      const signature = encodeURIComponent(makeSecret());
      const sent = request({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        headers: {
          authorization: `OAuth oauth_signature="${signature}"`,
          referer: `http://127.0.0.1${path}`,
        },
        agent: false,
      }).end();
      await once(sent, 'response');
      server.close();
      const after = watch.counts();
      expect(after.url).to.equal(before.url + 2);
      expect(after.error).to.equal(before.error + 1);
      expect(after.signature).to.equal(before.signature + 1);
    });
  });
});
