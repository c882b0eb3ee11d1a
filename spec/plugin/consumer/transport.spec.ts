import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import type { Transport } from '../../../plugin/consumer/transport.js';
import { failure, serve, startPeer, testTransport, type ScriptedPeer } from '../../support/peer.js';

describe('A call to a peer', () => {
  let peer: ScriptedPeer;
  let transport: Transport;
  beforeEach(async () => {
    peer = await startPeer();
    transport = testTransport();
  });
  afterEach(async () => {
    await Promise.all([transport.close(), peer.close()]);
  });

  for (const [name, fetchIt] of [
    ['through the guard', undefined],
    ["through the caller's own fetch", fetch],
  ] as const) {
    describe(name, () => {
      beforeEach(async () => {
        await transport.close();
        transport = testTransport({ fetch: fetchIt });
      });

      it('carries method, headers and body, and brings status, headers, body and clock back', async () => {
        let received = '';
        peer.answer = (req, res) => {
          req.on('data', (chunk: Buffer) => (received += chunk.toString()));
          req.on('end', () => {
            res.writeHead(201, {
              'x-seen': String(req.headers['x-test']),
              date: 'Thu, 01 Jan 2026 00:00:00 GMT',
              'www-authenticate': ['OAuth realm="a"', 'Basic realm="b"'],
            });
            res.end('déjà');
          });
        };
        const answer = await transport.request({
          method: 'PUT',
          url: `${peer.url}/a?b=c%20d#e`,
          headers: { 'x-test': 'yes' },
          body: 'sent',
        });
        expect(peer.requests).to.deep.equal(['PUT /a?b=c%20d']);
        expect(received).to.equal('sent');
        expect(answer).to.include({ status: 201, dateMs: Date.UTC(2026, 0, 1) });
        expect(answer.headers.get('x-seen')).to.equal('yes');
        expect(answer.headers.get('www-authenticate')).to.equal('OAuth realm="a", Basic realm="b"');
        expect(answer.body.toString()).to.equal('déjà');
      });

      it('asks for an answer that is not compressed', async () => {
        peer.answer = (req, res) => res.end(req.headers['accept-encoding']);
        const { body } = await transport.request({ url: peer.url });
        expect(body.toString()).to.equal('identity');
      });

      for (const status of [204, 301, 304, 401, 404, 500]) {
        it(`brings status ${status} back as an answer`, async () => {
          peer.answer = (_, res) => res.writeHead(status).end();
          expect(await transport.request({ url: peer.url })).to.have.property('status', status);
        });
      }

      it('follows no redirect, and names where it pointed without query', async () => {
        peer.answer = (_, res) => res.writeHead(302, { location: '/login?next=secret&token=abc#frag' }).end();
        const error = await failure(transport.request({ url: `${peer.url}/a` }), 'redirected');
        expect(error.location).to.equal(`${peer.url}/login`);
        expect(error.message)
          .to.include(`${peer.url}/login.`)
          .and.not.to.match(/secret|token|abc/);
        expect(peer.requests).to.have.length(1);
      });

      for (const location of ['file:///etc/passwd', 'javascript:alert(1)', 'http://[', 'data:text/html,x']) {
        it(`repeats nothing of a redirect to ${location}`, async () => {
          peer.answer = (_, res) => res.writeHead(301, { location }).end();
          const error = await failure(transport.request({ url: peer.url }), 'redirected');
          expect(error.location).to.equal(undefined);
          expect(error.message).not.to.include(location);
        });
      }

      it('names no user info and no more than 200 characters of a redirect', async () => {
        const location = `http://user:pass@169.254.169.254/${'a'.repeat(5000)}`;
        peer.answer = (_, res) => res.writeHead(307, { location }).end();
        const error = await failure(transport.request({ url: peer.url }), 'redirected');
        expect(error.location).to.match(/^http:\/\/169\.254\.169\.254\/a+$/);
        expect(error.location).to.have.length(200);
      });

      it('takes a body of exactly the cap, and refuses one byte more', async () => {
        peer.answer = serve(Buffer.alloc(1000));
        expect((await transport.request({ url: peer.url, maxBytes: 1000 })).body).to.have.length(1000);
        const error = await failure(transport.request({ url: peer.url, maxBytes: 999 }), 'too_large');
        expect(error.message).to.include('999 bytes');
      });

      it('ends an endless body at the cap, at once and with flat memory', async () => {
        let sent = 0;
        let closed = false;
        peer.answer = (_, res) => {
          const chunk = Buffer.alloc(65_536);
          const more = (): void => {
            while (!closed && res.write(chunk)) sent += chunk.length;
            if (!closed) res.once('drain', more);
          };
          res.once('close', () => (closed = true));
          more();
        };
        const before = process.memoryUsage().arrayBuffers;
        await failure(transport.request({ url: peer.url }), 'too_large');
        await until(() => closed);
        expect(sent, 'what the peer could send').to.be.below(32 * 1_048_576);
        expect(process.memoryUsage().arrayBuffers - before).to.be.below(32 * 1_048_576);
      });

      for (const [what, drip] of [
        ['headers', (res: ScriptedResponse) => res.socket?.write('HTTP/1.1 200 OK\r\nx: ')],
        ['body', (res: ScriptedResponse) => res.writeHead(200).flushHeaders()],
      ] as const) {
        it(`ends when the deadline passes, although ${what} drip on`, async () => {
          let closed = false;
          peer.answer = (req, res) => {
            drip(res);
            const timer = setInterval(() => req.socket.write('a'), 20);
            req.socket.once('close', () => {
              clearInterval(timer);
              closed = true;
            });
          };
          const started = performance.now();
          await failure(transport.request({ url: peer.url, timeoutMs: 200 }), 'timeout');
          expect(performance.now() - started).to.be.within(150, 1500);
          await until(() => closed);
        });
      }

      it('ends when the peer drops the connection', async () => {
        peer.answer = (_, res) => {
          res.writeHead(200, { 'content-length': '1000' }).write('half');
          setTimeout(() => res.socket?.destroy(), 20);
        };
        await failure(transport.request({ url: peer.url }), 'connection_lost');
      });

      it("ends for the caller's own reason when its signal says so", async () => {
        peer.answer = () => undefined;
        const controller = new AbortController();
        const reason = new Error('shutting down');
        setTimeout(() => {
          controller.abort(reason);
        }, 20);
        const result = await transport
          .request({ url: peer.url, signal: controller.signal })
          .catch((error: unknown) => error);
        expect(result).to.equal(reason);
      });

      it('goes to nothing but http and https, and to no address with user info', async () => {
        for (const url of [
          'ftp://a.test/',
          'file:///etc/passwd',
          'http://u:p@a.test/',
          'http://u@a.test',
          '/a',
          '',
        ]) {
          const error = await failure(transport.request({ url }), 'address_refused');
          expect(error.message).not.to.match(/etc|u:p/);
        }
      });

      it('goes to ourselves only when that is not refused', async () => {
        const own = `${peer.url}/ci`;
        peer.answer = serve('x');
        const ours = testTransport({ own, fetch: fetchIt });
        for (const path of [
          '',
          '/',
          '/rest/applinks/1.0/manifest',
          '//rest/x',
          '/plugins/servlet/oauth/authorize',
        ]) {
          await failure(ours.request({ url: own + path, refuseOwn: true }), 'address_refused');
        }
        expect(peer.requests).to.deep.equal([]);
        for (const url of [`${own}/bitbucket/rest/x`, `${peer.url}/`, `${peer.url}/cis/rest/x`]) {
          expect(await ours.request({ url, refuseOwn: true })).to.have.property('status', 200);
        }
        expect(await ours.request({ url: own })).to.have.property('status', 200);
        await ours.close();
      });
    });
  }

  it('refuses an answer that is compressed all the same', async () => {
    peer.answer = (_, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));
    await failure(transport.request({ url: peer.url }), 'bad_answer');
  });

  it('counts what its own fetch has decompressed', async () => {
    peer.answer = (_, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));
    const own = testTransport({ fetch });
    await failure(own.request({ url: peer.url }), 'too_large');
    await own.close();
  });

  it('uses connections again', async () => {
    const ports = new Set<number | undefined>();
    peer.answer = (req, res) => {
      ports.add(req.socket.remotePort);
      res.end('x');
    };
    for (let i = 0; i < 5; i += 1) await transport.request({ url: peer.url });
    expect(ports.size).to.be.below(3);
  });

  it('uses no connection again over which a call has failed', async () => {
    peer.answer = (_, res) => res.writeHead(302, { location: '/x' }).write('more');
    await failure(transport.request({ url: peer.url }), 'redirected');
    peer.answer = serve('fresh');
    expect((await transport.request({ url: peer.url })).body.toString()).to.equal('fresh');
  });

  it('explains a refused connection, an unknown host, and what is no HTTP', async () => {
    const { port } = peer;
    await peer.close();
    const refused = await failure(
      transport.request({ url: `http://127.0.0.1:${port}/a?secret` }),
      'connection_refused',
    );
    expect(refused.message).to.include(`http://127.0.0.1:${port} refuses`).and.not.to.include('secret');
    const unknown = testTransport({
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    });
    await failure(unknown.request({ url: 'http://nowhere.test' }), 'unknown_host');
    await unknown.close();
    peer = await startPeer();
    peer.answer = (req) => req.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    await failure(transport.request({ url: peer.url }), 'bad_answer');
    await failure(transport.request({ url: peer.url.replace('http:', 'https:') }), 'tls_error');
  });

  it('refuses endless headers', async () => {
    peer.answer = (req) => req.socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}`);
    await failure(transport.request({ url: peer.url }), 'too_large');
  });

  it('keeps bytes of a header that are no text from breaking anything', async () => {
    peer.answer = (req) =>
      req.socket.end(
        Buffer.from(
          'HTTP/1.1 404 N\r\nx: \xe4\xff\x81\r\ndate: never\r\ncontent-length: 0\r\n\r\n',
          'latin1',
        ),
      );
    const answer = await transport.request({ url: peer.url });
    expect(answer).to.include({ status: 404, dateMs: undefined });
  });

  it('blames no peer for a request that cannot be sent', async () => {
    const result = await transport
      .request({ url: peer.url, headers: { authorization: 'a\r\nx: b' } })
      .catch((error: unknown) => error);
    expect(result).to.be.instanceOf(Error).with.property('code', 'UND_ERR_INVALID_ARG');
    expect(peer.requests).to.deep.equal([]);
  });

  it('waits for running calls when it is closed, and makes no more', async () => {
    peer.answer = (_, res) => setTimeout(() => res.end('late'), 50);
    const running = transport.request({ url: peer.url });
    await until(() => peer.requests.length === 1);
    await transport.close();
    expect((await running).body.toString()).to.equal('late');
    transport = testTransport();
  });
});

type ScriptedResponse = Parameters<ScriptedPeer['answer']>[1];

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
