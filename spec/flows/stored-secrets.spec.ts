/** Rule 5: no plaintext secret reaches any store, in the whole life of a link. */
import { expect } from 'chai';
import { memoryStore } from 'express-applinks';
import { allow, press } from '../support/consent.js';
import { startKitApp } from '../support/kit-app.js';
import { registerConsumer } from '../support/register-consumer.js';
import { accessCredentials } from '../support/test-consumer.js';
import { watchedStore } from '../support/watched-store.js';

describe('What a store is given', () => {
  it('holds no consumer secret, token, token secret, verifier or session handle', async () => {
    const watched = watchedStore(memoryStore());
    const app = await startKitApp({ store: watched.store });
    try {
      const consumer = await registerConsumer(app);
      const request = await consumer.requestToken('https://bb.example.test/cb');
      const verifier = await allow(app.baseUrl, 'ana', request.token);
      const access = await consumer.accessToken(request, verifier);
      await consumer.call('POST', '/job/demo/build', access);
      const renewed = accessCredentials(await consumer.renew(access, access.sessionHandle));
      await consumer.call('POST', '/job/demo/build', renewed);
      const denied = await consumer.requestToken('https://bb.example.test/cb');
      await press(app.baseUrl, 'ana', denied.token, 'cancel');
      await consumer.swap(denied, 'guessed-verifier-guessed');

      const { identity } = consumer;
      const consumerSecret = identity.signatureMethod === 'RSA-SHA1' ? '' : identity.consumerSecret;
      const secrets = [request, access, renewed, denied].flatMap((record): string[] =>
        Object.values({ ...record }),
      );
      const everything = watched.given();
      expect(everything).to.include(identity.consumerKey);
      for (const secret of [consumerSecret, verifier, 'guessed-verifier-guessed', ...secrets]) {
        expect(secret.length).to.be.greaterThan(15);
        expect(everything).not.to.include(secret);
        expect(everything).not.to.include(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
      }
    } finally {
      await app.close();
    }
  });

  it('would be caught by this spec: the watch sees what it is given', async () => {
    const watched = watchedStore(memoryStore());
    await watched.store.settings.putIfAbsent('name', 'a plaintext secret');
    expect(watched.given()).to.include('a plaintext secret');
  });
});
