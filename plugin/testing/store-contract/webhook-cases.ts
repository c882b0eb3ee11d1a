/** Webhooks: one per repository of a link, changed by one caller at a time. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { newDelivery, newWebhook, storedWebhook } from './bitbucket-samples.js';
import { newLink, nowMs, storedLink } from './samples.js';
import type { Subject } from './subject.js';

export function webhookCases(store: Subject): void {
  describe('webhooks', () => {
    it('are found by id and by repository, in whatever case its names are written', async () => {
      const webhook = await storedWebhook(store());
      deepEqual(await store().webhooks.get(webhook.id), webhook);
      const shouted = { projectKey: 'shop', repositorySlug: 'WIDGET' };
      deepEqual(await store().webhooks.find(webhook.linkId, shouted), webhook);
      equal(await store().webhooks.find(webhook.linkId, null), undefined);
      equal(await store().webhooks.find('other', shouted), undefined);
      equal(await store().webhooks.get('unknown'), undefined);
    });
    it('are one per repository and link, of many that are made at once', async () => {
      const link = await storedLink(store());
      const made = await Promise.all(
        Array.from({ length: 10 }, () => store().webhooks.create(newWebhook(link))),
      );
      equal(made.filter(Boolean).length, 1);
      const other = newWebhook(link, { repository: { projectKey: 'SHOP', repositorySlug: 'gadget' } });
      equal(await store().webhooks.create(other), true);
      await storedWebhook(store());
      equal((await store().webhooks.list(link.id)).length, 2);
    });
    it('tell repositories apart whose names run together', async () => {
      const link = await storedLink(store());
      for (const [projectKey, repositorySlug] of [
        ['a', 'b/c'],
        ['a/b', 'c'],
        ['a","b', 'c'],
      ] as const)
        equal(
          await store().webhooks.create(newWebhook(link, { repository: { projectKey, repositorySlug } })),
          true,
        );
    });
    it('are never overwritten by one of the same id', async () => {
      const webhook = await storedWebhook(store());
      const other = await storedLink(store());
      await rejects(store().webhooks.create(newWebhook(other, { id: webhook.id })), Error);
      deepEqual(await store().webhooks.list(), [webhook]);
    });
    it('are not stored for a link that does not exist', async () => {
      equal(await store().webhooks.create(newWebhook(newLink())), false);
      deepEqual(await store().webhooks.list(), []);
    });
    it('are listed oldest first; those of plain addresses on their own', async () => {
      const newest = await storedWebhook(store(), { createdAtMs: nowMs + 2 });
      const plain = await storedWebhook(store(), { createdAtMs: nowMs + 1, repository: null });
      const oldest = await storedWebhook(store(), { repository: null });
      deepEqual(await store().webhooks.list(), [oldest, plain, newest]);
      deepEqual(await store().webhooks.list(plain.linkId), [plain]);
      deepEqual(await store().webhooks.listPlain(), [oldest, plain]);
    });
    it('change only if nobody else has changed them, and keep their place', async () => {
      const webhook = await storedWebhook(store());
      const changed = { ...webhook, remoteId: 7, events: ['pr:merged'], secrets: [] };
      const tries = await Promise.all(
        Array.from({ length: 5 }, () =>
          store().webhooks.update({ ...changed, linkId: 'x', repository: null }),
        ),
      );
      equal(tries.filter(Boolean).length, 1);
      deepEqual(await store().webhooks.get(webhook.id), { ...changed, revision: 1 });
      equal(await store().webhooks.update(newWebhook(newLink())), false);
    });
    it('go with what they delivered, and with their link', async () => {
      const [one, two] = [await storedWebhook(store()), await storedWebhook(store())];
      const deliveries = [newDelivery(one), newDelivery(two)];
      for (const delivery of deliveries) await store().deliveries.put(delivery);
      equal(await store().webhooks.remove(one.id), true);
      equal(await store().webhooks.remove(one.id), false);
      await store().links.remove(two.linkId);
      deepEqual(await store().webhooks.list(), []);
      deepEqual(await store().deliveries.list({}, { limit: 10, offset: 0 }), []);
    });
  });
}
