/** OAuth callers on the linking resources: administrators whose token is unlimited, and a link's own consumer (9.1). */
import { expect } from 'chai';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { allow } from '../support/consent.js';
import {
  registerConsumer,
  type ConsumerChanges,
  type RegisteredConsumer,
} from '../support/register-consumer.js';
import type { AccessCredentials } from '../support/test-consumer.js';

const info = '/rest/applinks/1.0/authenticationinfo';
const peerId = '680a4e42-d268-36bc-9728-7b01427756c2';

describe('A token on the linking resources', () => {
  let app: KitApp;
  beforeEach(async () => {
    app = await startKitApp({ mount: 'path' });
  });
  afterEach(() => app.close());

  const grantTo = async (
    user: string,
    changes: ConsumerChanges = {},
  ): Promise<[RegisteredConsumer, AccessCredentials]> => {
    const consumer = await registerConsumer(app, changes);
    const request = await consumer.requestToken('https://client.example.test/done');
    return [consumer, await consumer.accessToken(request, await allow(app.baseUrl, user, request.token))];
  };

  it('of an administrator does what their password does', async () => {
    const [consumer, token] = await grantTo('admin');
    expect((await consumer.call('GET', info, token)).status).to.equal(200);
  });

  it('of an administrator that is limited to some permissions administers nothing', async () => {
    const [consumer, token] = await grantTo('admin', { scopes: [] });
    expect((await consumer.call('GET', info, token)).status).to.equal(401);
    const path = `/rest/applinks/1.0/applicationlink/${peerId}`;
    expect((await consumer.call('PUT', path, token)).status).to.equal(401);
    expect(await app.applinks.links.list()).to.have.length(1);
  });

  it('of anybody else opens nothing', async () => {
    const [consumer, token] = await grantTo('ana');
    expect((await consumer.call('GET', info, token)).status).to.equal(401);
  });

  it('of a link deletes that link, and no other one', async () => {
    const [consumer, token] = await grantTo('ana', { name: 'One', displayUrl: 'https://one.example.test' });
    const [other] = await grantTo('ana', { name: 'Two', displayUrl: 'https://two.example.test' });
    for (const [linkId, applicationId] of [
      [consumer.linkId, peerId],
      [other.linkId, '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'],
    ] as const) {
      const link = (await app.store.links.get(linkId))!;
      await app.store.links.update({ ...link, applicationId });
    }
    const path = (id: string): string => `/rest/applinks/1.0/applicationlink/${id}`;
    expect(
      (await consumer.call('DELETE', path('9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'), token)).status,
    ).to.equal(401);
    expect((await consumer.call('DELETE', path(peerId), token)).status).to.equal(200);
    expect((await app.applinks.links.list()).map(({ id }) => id)).to.deep.equal([other.linkId]);
  });
});
