import { expect } from 'chai';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchange, headerOf } from '../../../plugin/testing/http-exchange.js';

describe('one HTTP exchange of the stand-ins', () => {
  let server: Server | undefined;

  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const failure = async (url: string): Promise<string> => {
    try {
      await exchange({ method: 'GET', url, headers: {} });
      return 'no failure';
    } catch (error) {
      return String(error);
    }
  };
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
  });

  it('keeps the spelling, the order and the repetition of headers', async () => {
    const url = await serve((_, response) => {
      response.writeHead(401, ['WWW-Authenticate', 'OAuth', 'www-authenticate', 'Bearer']);
      response.end();
    });
    const answer = await exchange({ method: 'GET', url, headers: {} });
    expect(answer.headers.slice(0, 2)).to.deep.equal([
      ['WWW-Authenticate', 'OAuth'],
      ['www-authenticate', 'Bearer'],
    ]);
    expect(headerOf(answer, 'Www-Authenticate')).to.equal('OAuth');
    expect(headerOf(answer, 'Location')).to.equal(undefined);
  });

  it('sends the length of a body in bytes', async () => {
    const url = await serve((request, response) => response.end(request.headers['content-length']));
    const answer = await exchange({ method: 'POST', url, headers: {}, body: '☃' });
    expect(answer.body).to.equal('3');
  });

  it('does not follow a redirect', async () => {
    const url = await serve((_, response) => response.writeHead(302, { Location: '/' }).end());
    expect((await exchange({ method: 'GET', url, headers: {} })).status).to.equal(302);
  });

  it('gives up on a body without end', async () => {
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = (): void => {
        if (response.write(chunk)) setImmediate(pour);
        else response.once('drain', pour);
      };
      pour();
    });
    expect(await failure(url)).to.include('too large');
  });

  it('fails when the connection is refused or cut', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await failure(url)).to.include('socket hang up');
    server?.close();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await failure(url)).to.include('ECONNREFUSED');
  });
});
