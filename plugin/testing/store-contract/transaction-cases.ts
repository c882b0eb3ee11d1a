/** Authorisations under way: claimed once, and only by the user and the browser that began them. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { linkedStore, newDigest, newTransaction, nowMs } from './samples.js';
import type { Subject } from './subject.js';

export function transactionCases(store: Subject): void {
  describe('transactions', () => {
    it('are claimed with all that was stored', async () => {
      const transaction = newTransaction(await linkedStore(store()));
      equal(await store().transactions.create(transaction), true);
      deepEqual(await store().transactions.claim(transaction.digest, transaction), transaction);
    });
    it('are claimed once, of many at once', async () => {
      const transaction = newTransaction(await linkedStore(store()));
      await store().transactions.create(transaction);
      const claims = Array.from({ length: 20 }, () =>
        store().transactions.claim(transaction.digest, transaction),
      );
      equal((await Promise.all(claims)).filter((claimed) => claimed !== undefined).length, 1);
    });
    it('are neither given to another user, browser or link, nor spoiled by them', async () => {
      const transaction = newTransaction(await linkedStore(store()));
      await store().transactions.create(transaction);
      for (const stranger of [{ userId: 'rob' }, { browserDigest: newDigest() }, { linkId: 'other' }]) {
        const claim = store().transactions.claim(transaction.digest, { ...transaction, ...stranger });
        equal(await claim, undefined);
      }
      deepEqual(await store().transactions.claim(transaction.digest, transaction), transaction);
    });
    it('are unknown before they are stored', async () => {
      const transaction = newTransaction(await linkedStore(store()));
      equal(await store().transactions.claim(transaction.digest, transaction), undefined);
    });
    it('are not stored for a connection that does not exist', async () => {
      const transaction = newTransaction(await linkedStore(store()), { connectionId: 'gone' });
      equal(await store().transactions.create(transaction), false);
    });
    it('are never overwritten by one of the same digest', async () => {
      const transaction = newTransaction(await linkedStore(store()));
      await store().transactions.create(transaction);
      await rejects(store().transactions.create({ ...transaction, userId: 'rob' }), Error);
      deepEqual(await store().transactions.claim(transaction.digest, transaction), transaction);
    });
    it('go with their link, and with their connection', async () => {
      const [one, two] = [await linkedStore(store()), await linkedStore(store())];
      const [first, second] = [newTransaction(one), newTransaction(two)];
      for (const transaction of [first, second]) await store().transactions.create(transaction);
      await store().links.remove(one.id);
      await store().links.update({ ...two, outgoing: [] });
      equal(await store().transactions.claim(first.digest, first), undefined);
      equal(await store().transactions.claim(second.digest, second), undefined);
    });
    it('are swept when they have expired, and not before', async () => {
      const link = await linkedStore(store());
      const [old, fresh] = [newTransaction(link, { expiresAtMs: nowMs - 1 }), newTransaction(link)];
      for (const transaction of [old, fresh]) await store().transactions.create(transaction);
      equal((await store().sweep(nowMs)).transactions, 1);
      equal(await store().transactions.claim(old.digest, old), undefined);
      deepEqual(await store().transactions.claim(fresh.digest, fresh), fresh);
    });
  });
}
