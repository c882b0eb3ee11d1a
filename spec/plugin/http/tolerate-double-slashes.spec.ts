import { expect } from 'chai';
import express from 'express';
import express4 from 'express4';
import { tolerateDoubleSlashes } from '../../../plugin/http/tolerate-double-slashes.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { listen } from '../../support/listen.js';
import { registerConsumer, type RegisteredConsumer } from '../../support/register-consumer.js';
import { classicPaths, send } from '../../support/test-consumer.js';

const signing = { placement: 'form', protocol: { oauth_callback: 'oob' } } as const;
const doubled = classicPaths.requestToken.replaceAll('/', '//');

for (const mount of ['root', 'path', 'stripped'] as const) {
  describe(`A path with double slashes, mounted at ${mount}`, () => {
    let app: KitApp;
    let consumer: RegisteredConsumer;
    before(async () => {
      app = await startKitApp({ mount });
      consumer = await registerConsumer(app);
    });
    after(() => app.close());

    for (const path of [`/${classicPaths.requestToken}`, doubled, `//${doubled}`]) {
      it(`reaches the route as ${path}, signed as it was sent`, async () => {
        const answer = await consumer.send('POST', path, signing);
        expect(answer.status, answer.text).to.equal(200);
      });
    }

    it('is part of what the signature covers', async () => {
      // Signed with one slash, sent with two.
      const signed = await consumer.send('POST', classicPaths.requestToken, signing);
      expect(signed.status).to.equal(200);
      const answer = await sendElsewhere(consumer, app.baseUrl + doubled);
      expect(answer.problem).to.equal('signature_invalid');
    });
  });
}

/** Signs for the ordinary path and sends to another. */
async function sendElsewhere(consumer: RegisteredConsumer, url: string) {
  const { signRequest } = await import('express-applinks/testing');
  const { headers, body } = signRequest({
    method: 'POST',
    url: consumer.baseUrl + classicPaths.requestToken,
    identity: consumer.identity,
    ...signing,
  });
  return send(url, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
}

for (const [version, framework] of [
  [5, express],
  [4, express4],
] as const) {
  describe(`Tolerance of double slashes, on Express ${version}`, () => {
    /** What the kit's router sees, and what the host's handlers behind it see. */
    const seenFor = async (target: string): Promise<Record<string, string>> => {
      const app = framework();
      const seen: Record<string, string> = {};
      app.use(
        tolerateDoubleSlashes((req, _res, next) => {
          seen.router = req.url;
          seen.original = req.originalUrl;
          next();
        }),
      );
      app.use((req: express.Request, res: express.Response) => {
        seen.host = req.url;
        res.end();
      });
      const server = await listen(app);
      try {
        await fetch(server.url + target);
        return seen;
      } finally {
        await server.close();
      }
    };

    it('changes what the kit matches on, and nothing else', async () => {
      expect(await seenFor('//a///b/?x=//y?z')).to.deep.equal({
        router: '/a/b/?x=//y?z',
        original: '//a///b/?x=//y?z',
        host: '//a///b/?x=//y?z',
      });
    });

    it('leaves an ordinary path alone', async () => {
      expect(await seenFor('/a/b')).to.include({ router: '/a/b', host: '/a/b' });
    });
  });
}
