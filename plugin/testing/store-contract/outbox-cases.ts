/** The outbox: nothing lost, nothing out of order, a newer state in the place of an unsent one. */
import { deepEqual, equal } from 'node:assert/strict';
import { newOutboxEntry } from './bitbucket-samples.js';
import { minuteMs, newLink, nowMs, storedLink } from './samples.js';
import type { Subject } from './subject.js';
import type { OutboxEntry } from '../../store/outbox.js';

const untilMs = nowMs + minuteMs;
const page = { limit: 100, offset: 0 };

export function outboxCases(store: Subject): void {
  const stored = async (changes: Partial<OutboxEntry> = {}): Promise<OutboxEntry> => {
    const entry = newOutboxEntry(await storedLink(store()), changes);
    equal(await store().outbox.put(entry), true);
    return entry;
  };
  const claim = async (atMs = nowMs, endMs = untilMs): Promise<OutboxEntry> => {
    const claimed = await store().outbox.claim(atMs, endMs);
    if (!claimed) throw new Error('Nothing is due.');
    return claimed;
  };
  const newer = (entry: OutboxEntry): OutboxEntry => ({
    ...newOutboxEntry(newLink({ id: entry.linkId }), { slot: entry.slot }),
    document: '{"state":"FAILED"}',
    queuedAtMs: nowMs + 5,
  });

  describe('the outbox', () => {
    it('gives each entry to one caller, the one that is due for longest first', async () => {
      const late = await stored({ dueAtMs: nowMs + 2 });
      const early = await stored({ dueAtMs: nowMs + 1 });
      equal(await store().outbox.claim(nowMs, untilMs), undefined);
      deepEqual(await claim(nowMs + 2), { ...early, attempts: 1, dueAtMs: untilMs });
      const claims = await Promise.all([1, 2, 3, 4].map(() => store().outbox.claim(nowMs + 2, untilMs)));
      deepEqual(
        claims.filter((claimed) => claimed !== undefined),
        [{ ...late, attempts: 1, dueAtMs: untilMs }],
      );
    });
    it('takes nothing for a link that does not exist', async () => {
      equal(await store().outbox.put(newOutboxEntry(newLink())), false);
      deepEqual(await store().outbox.list(undefined, page), []);
    });
    it('has one entry per link and slot, with the newest state', async () => {
      const entry = await stored();
      const next = newer(entry);
      equal(await store().outbox.put(next), true);
      const { document, queuedAtMs } = next;
      deepEqual(await store().outbox.list(entry.linkId, page), [
        { ...entry, document, queuedAtMs, revision: 1 },
      ]);
      await stored({ slot: entry.slot });
      equal((await store().outbox.list(undefined, page)).length, 2);
    });
    it('forgets what is finished', async () => {
      await stored();
      const claimed = await claim();
      equal(await store().outbox.finish(claimed, nowMs), true);
      equal(await store().outbox.finish(claimed, nowMs), false);
      deepEqual(await store().outbox.list(undefined, page), []);
    });
    it('keeps a newer state that was put while the older one was sent, and sends it afterwards', async () => {
      const entry = await stored();
      const claimed = await claim();
      await store().outbox.put(newer(entry));
      equal(await store().outbox.claim(nowMs, untilMs), undefined);
      equal(await store().outbox.finish(claimed, nowMs + 7), true);
      const next = await claim(nowMs + 7);
      equal(next.document, '{"state":"FAILED"}');
      equal(await store().outbox.finish(next, nowMs + 8), true);
      deepEqual(await store().outbox.list(undefined, page), []);
    });
    it('tries again when it is told to, also with a newer state', async () => {
      const entry = await stored();
      equal(await store().outbox.retry(await claim(), nowMs + 10, 'it broke'), true);
      await store().outbox.put(newer(entry));
      equal(await store().outbox.claim(nowMs + 9, untilMs), undefined);
      const again = await claim(nowMs + 10);
      deepEqual([again.attempts, again.lastError, again.document], [2, 'it broke', '{"state":"FAILED"}']);
    });
    it('gives an entry again when the claim has ended, and then the former claim counts no more', async () => {
      await stored();
      const former = await claim();
      const present = await claim(untilMs, untilMs + 1);
      equal(present.attempts, 2);
      equal(await store().outbox.finish(former, nowMs), false);
      equal(await store().outbox.retry(former, nowMs, 'late'), false);
      equal(await store().outbox.finish(present, nowMs), true);
    });
    it('holds back what is for one link, and shortens no wait', async () => {
      const held = await stored();
      const later = newOutboxEntry(newLink({ id: held.linkId }), { dueAtMs: nowMs + 20 });
      await store().outbox.put(later);
      const other = await stored();
      await store().outbox.holdBack(held.linkId, nowMs + 10);
      equal((await claim()).id, other.id);
      equal(await store().outbox.claim(nowMs + 9, untilMs), undefined);
      equal((await claim(nowMs + 10)).id, held.id);
      equal(await store().outbox.claim(nowMs + 19, untilMs), undefined);
    });
    it('is listed oldest first, by link and by page, and goes with its link', async () => {
      const [second, first] = [await stored({ queuedAtMs: nowMs + 1 }), await stored()];
      deepEqual(await store().outbox.list(undefined, page), [first, second]);
      deepEqual(await store().outbox.list(undefined, { limit: 1, offset: 1 }), [second]);
      deepEqual(await store().outbox.list(first.linkId, page), [first]);
      await store().links.remove(first.linkId);
      deepEqual(await store().outbox.list(undefined, page), [second]);
    });
  });
}
