/** Clients of OAuth 2.0: part of their link, found by client id, which no consumer and no other client has. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { newClient } from './authorization-samples.js';
import { hmacCredential, newLink, storedLink } from './samples.js';
import type { Subject } from './subject.js';

const isTaken = { code: 'consumer_key_taken' };

export function clientCases(store: Subject): void {
  describe('clients', () => {
    it('are found by client id only', async () => {
      const client = newClient();
      const link = await storedLink(store(), { clients: [newClient(), client] });
      deepEqual(await store().links.findByClientId(client.clientId), { link, client });
      equal(await store().links.findByConsumerKey(client.clientId), undefined);
      const [consumer] = link.incoming;
      equal(await store().links.findByClientId(consumer?.key ?? ''), undefined);
      equal(await store().links.findByClientId('unknown'), undefined);
    });
    it('have an id that no client or consumer of any link has', async () => {
      const client = newClient();
      await storedLink(store(), { clients: [client] });
      const again = newLink({ clients: [newClient({ clientId: client.clientId })] });
      await rejects(store().links.create(again), isTaken);
      const consumer = newLink({ incoming: [hmacCredential({ key: client.clientId })] });
      await rejects(store().links.create(consumer), isTaken);
      const twice = newLink({
        clients: [newClient({ clientId: 'twice' })],
        incoming: [hmacCredential({ key: 'twice' })],
      });
      await rejects(store().links.create(twice), isTaken);
      equal((await store().links.list()).length, 1);
    });
    it('come and go with an update', async () => {
      const link = await storedLink(store(), { incoming: [], clients: [] });
      const client = newClient();
      equal(await store().links.update({ ...link, clients: [client] }), true);
      equal((await store().links.findByClientId(client.clientId))?.link.revision, 1);
      equal(await store().links.update({ ...link, revision: 1, clients: [] }), true);
      equal(await store().links.findByClientId(client.clientId), undefined);
      await storedLink(store(), { clients: [client] });
    });
  });
}
