/** Settings and nonces: who comes first decides, once. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { nowMs } from './samples.js';
import type { Subject } from './subject.js';

export function settingCases(store: Subject): void {
  describe('settings', () => {
    it('are undefined until they are put', async () => {
      equal(await store().settings.get('server_id'), undefined);
    });
    it('keep the first value and tell it to every later caller', async () => {
      equal(await store().settings.putIfAbsent('server_id', 'first'), 'first');
      equal(await store().settings.putIfAbsent('server_id', 'second'), 'first');
      equal(await store().settings.get('server_id'), 'first');
    });
    it('keep names apart', async () => {
      await store().settings.putIfAbsent('a', '1');
      equal(await store().settings.putIfAbsent('b', '2'), '2');
    });
    it('keep any text as it is', async () => {
      const value = 'ä\u{1F511}\n\'"%_\\ ';
      equal(await store().settings.putIfAbsent('text', value), value);
      equal(await store().settings.get('text'), value);
    });
    it('agree among many callers at once', async () => {
      const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
      const kept = await Promise.all(values.map((value) => store().settings.putIfAbsent('agreed', value)));
      equal(new Set(kept).size, 1);
      ok(values.includes(kept[0] ?? ''));
    });
  });

  describe('nonces', () => {
    it('are fresh once', async () => {
      equal(await store().nonces.use('consumer:nonce', nowMs), true);
      equal(await store().nonces.use('consumer:nonce', nowMs), false);
      equal(await store().nonces.use('consumer:nonce', nowMs + 1), false);
    });
    it('are told apart exactly: by case, by blanks, by the smallest change', async () => {
      const keys = ['c:n', 'C:n', 'c:N', 'c:n ', ' c:n', 'c:n\u0301', 'c:\u0144', ''];
      const results = await Promise.all(keys.map((key) => store().nonces.use(key, nowMs)));
      deepEqual(
        results,
        keys.map(() => true),
      );
    });
    it('of many equal ones at once, one is fresh', async () => {
      const uses = Array.from({ length: 50 }, () => store().nonces.use('raced', nowMs));
      equal((await Promise.all(uses)).filter((fresh) => fresh).length, 1);
    });
    it('of many different ones at once, all are fresh', async () => {
      const uses = Array.from({ length: 50 }, (_, index) => store().nonces.use(`n${index}`, nowMs));
      equal((await Promise.all(uses)).filter((fresh) => fresh).length, 50);
    });
    it('may be long', async () => {
      const key = `${'k'.repeat(255)}:${'n'.repeat(255)}`;
      equal(await store().nonces.use(key, nowMs), true);
      equal(await store().nonces.use(key, nowMs), false);
    });
  });
}
