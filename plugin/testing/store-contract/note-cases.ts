/** Observations about a link, and what is new about settings and links. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { newLink, nowMs, storedLink } from './samples.js';
import type { Subject } from './subject.js';

export function noteCases(store: Subject): void {
  describe('notes', () => {
    it('keep the latest of each kind, whatever the order in which they come', async () => {
      const { id: linkId } = await storedLink(store());
      const note = (kind: string, atMs: number) => ({ linkId, kind, document: `{"at":${atMs}}`, atMs });
      for (const each of [note('b', 5), note('a', 3), note('b', 4), note('a', 6)])
        await store().notes.put(each);
      deepEqual(await store().notes.list(linkId), [note('a', 6), note('b', 5)]);
    });
    it('are of one link only, and go with it', async () => {
      const [one, two] = [await storedLink(store()), await storedLink(store())];
      await store().notes.put({ linkId: one.id, kind: 'status', document: '{}', atMs: nowMs });
      deepEqual(await store().notes.list(two.id), []);
      await store().links.remove(one.id);
      deepEqual(await store().notes.list(one.id), []);
    });
    it('about a link that is gone are nothing', async () => {
      await store().notes.put({ linkId: 'gone', kind: 'status', document: '{}', atMs: nowMs });
      deepEqual(await store().notes.list('gone'), []);
    });
  });

  describe('settings that change', () => {
    it('are replaced only in the place of what is expected', async () => {
      await store().settings.putIfAbsent('keys', 'one');
      equal(await store().settings.replace('keys', 'other', 'two'), false);
      equal(await store().settings.replace('keys', 'one', 'two'), true);
      equal(await store().settings.get('keys'), 'two');
      equal(await store().settings.replace('unknown', '', 'x'), false);
      equal(await store().settings.get('unknown'), undefined);
    });
    it('of many replacements at once, one counts', async () => {
      await store().settings.putIfAbsent('keys', 'one');
      const tries = Array.from({ length: 10 }, (_, index) =>
        store().settings.replace('keys', 'one', `new ${index}`),
      );
      equal((await Promise.all(tries)).filter((won) => won).length, 1);
    });
  });

  describe('links to one installation', () => {
    const taken = { code: 'link_exists' };
    it('exist once, however many are made at once', async () => {
      const applicationId = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
      const tries = await Promise.allSettled(
        Array.from({ length: 5 }, () => store().links.create(newLink({ applicationId }))),
      );
      equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      equal((await store().links.list()).length, 1);
      await rejects(store().links.create(newLink({ applicationId })), taken);
    });
    it('are not reached by an update either', async () => {
      const [one, two] = [await storedLink(store()), await storedLink(store())];
      await rejects(store().links.update({ ...two, applicationId: one.applicationId }), taken);
      deepEqual(await store().links.get(two.id), two);
    });
    it('that are not known may be many', async () => {
      await storedLink(store(), { applicationId: null });
      await storedLink(store(), { applicationId: null });
      equal((await store().links.list()).length, 2);
    });
  });
}
