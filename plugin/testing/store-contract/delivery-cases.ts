/** The inbox: each delivery once, in order, given to one caller at a time, and never lost. */
import { deepEqual, equal } from 'node:assert/strict';
import { newDelivery, newWebhook, storedWebhook } from './bitbucket-samples.js';
import { minuteMs, newLink, nowMs } from './samples.js';
import type { Subject } from './subject.js';
import type { Delivery } from '../../store/deliveries.js';

const untilMs = nowMs + minuteMs;
const page = { limit: 100, offset: 0 };

export function deliveryCases(store: Subject): void {
  const stored = async (changes: Partial<Delivery> = {}): Promise<Delivery> => {
    const delivery = newDelivery(await storedWebhook(store()), changes);
    equal(await store().deliveries.put(delivery), 'queued');
    return delivery;
  };
  const claim = (atMs = nowMs, endMs = untilMs): Promise<Delivery | undefined> =>
    store().deliveries.claim(atMs, endMs);

  describe('deliveries', () => {
    it('are queued once, of many repeats at once, and per webhook', async () => {
      const [webhook, other] = [await storedWebhook(store()), await storedWebhook(store())];
      const repeats = Array.from({ length: 10 }, () => newDelivery(webhook, { requestId: 'same' }));
      const answers = await Promise.all(repeats.map((each) => store().deliveries.put(each)));
      equal(answers.filter((answer) => answer === 'queued').length, 1);
      equal(answers.filter((answer) => answer === 'repeated').length, 9);
      equal(await store().deliveries.put(newDelivery(other, { requestId: 'same' })), 'queued');
    });
    it('of a webhook that is gone are not stored', async () => {
      equal(await store().deliveries.put(newDelivery(newWebhook(newLink()))), 'gone');
    });
    it('are given to one caller, with the attempt counted', async () => {
      const delivery = await stored();
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim()));
      deepEqual(
        claims.filter((claimed) => claimed !== undefined),
        [{ ...delivery, attempts: 1, dueAtMs: untilMs }],
      );
      deepEqual(await store().deliveries.get(delivery.id), { ...delivery, attempts: 1, dueAtMs: untilMs });
    });
    it('are not given before they are due', async () => {
      await stored({ dueAtMs: nowMs + 1 });
      equal(await claim(), undefined);
      equal((await claim(nowMs + 1))?.attempts, 1);
    });
    it('of one order key come in order, one at a time; those of others do not wait', async () => {
      const webhook = await storedWebhook(store());
      const mine = Array.from({ length: 3 }, () => newDelivery(webhook));
      const other = newDelivery(webhook, { orderKey: 'other' });
      for (const each of [...mine, other]) await store().deliveries.put(each);
      const ids: (string | undefined)[] = [];
      for (const each of mine) {
        const claimed = await claim();
        ids.push(claimed?.id);
        if (each === mine[0]) equal((await claim())?.id, other.id);
        equal(await claim(), undefined);
        await store().deliveries.settle(claimed?.id ?? '', 1, { state: 'done', expiresAtMs: untilMs });
      }
      deepEqual(
        ids,
        mine.map(({ id }) => id),
      );
    });
    it('wait behind one that is to be tried again, and not behind a dead one', async () => {
      const webhook = await storedWebhook(store());
      const [first, second] = [newDelivery(webhook), newDelivery(webhook)];
      for (const each of [first, second]) await store().deliveries.put(each);
      await claim();
      const retry = { state: 'queued', dueAtMs: nowMs + 10, error: 'it broke' } as const;
      equal(await store().deliveries.settle(first.id, 1, retry), true);
      equal(await claim(nowMs + 9), undefined);
      const again = await claim(nowMs + 10);
      deepEqual(again, { ...first, attempts: 2, dueAtMs: untilMs, lastError: 'it broke' });
      const dead = { state: 'dead', expiresAtMs: untilMs, error: 'for good' } as const;
      equal(await store().deliveries.settle(first.id, 2, dead), true);
      equal((await claim(nowMs + 10))?.id, second.id);
    });
    it('are given again when the claim has ended, and then the former claim counts no more', async () => {
      const delivery = await stored();
      await claim();
      equal(await claim(untilMs - 1), undefined);
      equal((await claim(untilMs, untilMs + 1))?.attempts, 2);
      const done = { state: 'done', expiresAtMs: untilMs } as const;
      equal(await store().deliveries.settle(delivery.id, 1, done), false);
      equal(await store().deliveries.settle(delivery.id, 2, done), true);
      equal(await store().deliveries.settle(delivery.id, 2, done), false);
      equal(await claim(untilMs * 2), undefined);
    });
    it('leave a mark without payload when they are done, until it is swept', async () => {
      const webhook = await storedWebhook(store());
      const [done, dead, queued] = [newDelivery(webhook), newDelivery(webhook), newDelivery(webhook)];
      for (const each of [done, dead, queued]) await store().deliveries.put(each);
      await claim();
      await store().deliveries.settle(done.id, 1, { state: 'done', expiresAtMs: nowMs + 5 });
      await claim();
      await store().deliveries.settle(dead.id, 1, { state: 'dead', expiresAtMs: nowMs + 9, error: 'x' });
      const mark = await store().deliveries.get(done.id);
      deepEqual([mark?.state, mark?.payload, mark?.expiresAtMs], ['done', '', nowMs + 5]);
      equal((await store().deliveries.get(dead.id))?.payload, dead.payload);
      equal(await store().deliveries.put({ ...newDelivery(webhook), requestId: done.requestId }), 'repeated');
      equal((await store().sweep(nowMs + 5)).deliveries, 0);
      equal((await store().sweep(nowMs + 6)).deliveries, 1);
      equal((await store().sweep(untilMs * 2)).deliveries, 1);
      deepEqual(await store().deliveries.list({}, page), [queued]);
    });
    it('are replayed once when they are dead, and only then', async () => {
      const delivery = await stored();
      await claim();
      equal(await store().deliveries.replay(delivery.id, nowMs), false);
      const dead = { state: 'dead', expiresAtMs: untilMs, error: 'for good' } as const;
      await store().deliveries.settle(delivery.id, 1, dead);
      const replays = await Promise.all(
        [1, 2, 3].map(() => store().deliveries.replay(delivery.id, nowMs + 3)),
      );
      equal(replays.filter(Boolean).length, 1);
      const again = { ...delivery, dueAtMs: nowMs + 3, lastError: 'for good' };
      deepEqual(await store().deliveries.get(delivery.id), again);
      equal((await claim(nowMs + 3))?.attempts, 1);
    });
    it('are listed newest first, by page and by filter', async () => {
      const [one, two] = [await stored(), await stored()];
      deepEqual(await store().deliveries.list({}, page), [two, one]);
      deepEqual(await store().deliveries.list({}, { limit: 1, offset: 1 }), [one]);
      deepEqual(await store().deliveries.list({ linkId: one.linkId }, page), [one]);
      deepEqual(await store().deliveries.list({ webhookId: two.webhookId }, page), [two]);
      deepEqual(await store().deliveries.list({ state: 'dead' }, page), []);
      deepEqual(await store().deliveries.list({ state: 'queued', linkId: two.linkId }, page), [two]);
    });
  });
}
