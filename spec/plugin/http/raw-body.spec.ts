import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express, { type Express, type Request, type RequestHandler } from 'express';
import express4 from 'express4';
import { ApplinksError } from '../../../plugin/errors.js';
import { createRawBodies, type RawBodies } from '../../../plugin/http/raw-body.js';
import { listen } from '../../support/listen.js';

type Build = (app: Express, rawBodies: RawBodies) => void;

/** Posts a body to an app that answers with the raw form (or the code of the error). */
async function post(
  build: Build,
  body: string | Buffer,
  headers: Record<string, string> = {},
  framework = express,
) {
  const rawBodies = createRawBodies();
  const app = framework();
  build(app, rawBodies);
  const handler: RequestHandler = (req, res) => {
    rawBodies.readForm(req).then(
      (form) => res.json({ form: form ?? null }),
      (error: unknown) => {
        if (error instanceof ApplinksError)
          res.status(error.status).json({ code: error.code, message: error.message });
        else res.status(500).json({ code: 'unexpected' });
      },
    );
  };
  app.post('/', handler);
  const server = await listen(app);
  try {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(server.url, { method: 'POST', body, headers: { ...type, ...headers } });
    return (await response.json()) as { form?: string | null; code?: string; message?: string };
  } finally {
    await server.close();
  }
}

const nothing: Build = () => undefined;

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(`The raw form body on ${name}`, () => {
    const send = (build: Build, body: string | Buffer, headers?: Record<string, string>) =>
      post(build, body, headers, framework);

    it('is read exactly as it was sent', async () => {
      expect(await send(nothing, 'b=%7e+x&a=1&a=&&c')).to.deep.equal({ form: 'b=%7e+x&a=1&a=&&c' });
    });

    it('is what keepRawBody kept behind a body parser', async () => {
      const build: Build = (app, { keepRawBody }) =>
        app.use(framework.urlencoded({ extended: false, verify: keepRawBody }));
      expect(await send(build, 'b=%7e&a=1')).to.deep.equal({ form: 'b=%7e&a=1' });
    });

    it('behind a parser without keepRawBody is an error that names the line to write', async () => {
      const answer = await send((app) => app.use(framework.urlencoded({ extended: false })), 'a=1');
      expect(answer.code).to.equal('raw_body_unavailable');
      expect(answer.message).to.include('express.urlencoded({ verify: applinks.keepRawBody })');
    });

    it('is absent for other media types', async () => {
      expect(await send(nothing, '{"a":1}', { 'content-type': 'application/json' })).to.deep.equal({
        form: null,
      });
    });

    it('is recognised with a charset and in any case', async () => {
      const headers = { 'content-type': 'Application/X-WWW-Form-UrlEncoded; charset=UTF-8' };
      expect(await send(nothing, 'a=1', headers)).to.deep.equal({ form: 'a=1' });
    });

    it('is empty for an empty form', async () => {
      expect(await send(nothing, '')).to.deep.equal({ form: '' });
    });

    it('is refused above one megabyte', async () => {
      expect((await send(nothing, `a=${'x'.repeat(1024 * 1024)}`)).code).to.equal('payload_too_large');
    });

    it('is refused when compressed, so that nobody sends a bomb', async () => {
      const answer = await send(nothing, gzipSync('a=1'), { 'content-encoding': 'gzip' });
      expect(answer.code).to.equal('unsupported_media_type');
    });

    it('that never ends because the client went away is the client’s fault, and is no alarm', async () => {
      const rawBodies = createRawBodies();
      const app = framework();
      const failed = new Promise((resolve) => {
        app.post('/', (req: Request) => {
          rawBodies.readForm(req).then(resolve, resolve);
        });
      });
      const server = await listen(app as Express);
      try {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        socket.on('error', () => undefined);
        const head = ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 9'];
        const type = 'Content-Type: application/x-www-form-urlencoded';
        socket.write([...head, type, '', 'a=1'].join('\r\n'));
        setTimeout(() => socket.destroy(), 50);
        expect(await failed)
          .to.be.instanceOf(ApplinksError)
          .and.include({ code: 'invalid_input', status: 400 });
      } finally {
        await server.close();
      }
    });

    it('can be read twice', async () => {
      const build: Build = (app, rawBodies) =>
        app.use((req, _res, next) => {
          rawBodies.readForm(req).then(() => next(), next);
        });
      expect(await send(build, 'a=1')).to.deep.equal({ form: 'a=1' });
    });
  });
}
