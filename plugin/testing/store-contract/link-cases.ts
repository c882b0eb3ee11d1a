/** Links: kept whole, changed by one writer at a time, their consumer keys unique over all links. */
import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Connection, Link } from '../../store/store.js';
import {
  credentialOf,
  hmacCredential,
  newAccessToken,
  newLink,
  newRequestToken,
  nowMs,
  rsaCredential,
  storedAccessToken,
  storedLink,
} from './samples.js';
import type { Subject } from './subject.js';

const taken = { code: 'consumer_key_taken' };
const isOtherError = (error: unknown): boolean =>
  error instanceof Error && !('code' in error && error.code === taken.code);

const connection = (): Connection => ({
  id: randomUUID(),
  kind: 'oauth1-manual',
  preferred: true,
  levels: { threeLegged: true, twoLegged: true, impersonation: false },
  signingKeyId: 'key-1',
  settings: { 'serviceProvider.requestTokenUrl': 'https://bb.example.test/rt' },
  sealedSecret: null,
  createdAtMs: nowMs,
});

export function linkCases(store: Subject): void {
  const get = (id: string): Promise<Link | undefined> => store().links.get(id);

  describe('links', () => {
    it('are kept with all their fields', async () => {
      const link = newLink({ incoming: [hmacCredential(), rsaCredential()], outgoing: [connection()] });
      await store().links.create(link);
      deepEqual(await get(link.id), link);
    });
    it('may be drafts without credentials or URLs', async () => {
      const draft = newLink({ state: 'draft', incoming: [], rpcUrl: null, displayUrl: null, version: null });
      await store().links.create(draft);
      deepEqual(await get(draft.id), draft);
    });
    it('are unknown by another id', async () => {
      await storedLink(store());
      equal(await get(randomUUID()), undefined);
    });
    it('are listed oldest first', async () => {
      const [b, a, c] = [2, 1, 3].map((ms) => newLink({ createdAtMs: nowMs + ms }));
      for (const link of [b, a, c]) if (link) await store().links.create(link);
      deepEqual(await store().links.list(), [a, b, c]);
    });
    it('are listed as none at first', async () => {
      deepEqual(await store().links.list(), []);
    });
    it('give copies: changing what was returned changes nothing', async () => {
      const link = await storedLink(store());
      const copy = await get(link.id);
      if (copy) copy.incoming.length = 0;
      deepEqual(await get(link.id), link);
    });
    it('take copies: changing what was given changes nothing', async () => {
      const link = newLink();
      const asGiven = structuredClone(link);
      await store().links.create(link);
      link.name = 'changed afterwards';
      deepEqual(await get(link.id), asGiven);
    });

    it('are found by consumer key with the credential', async () => {
      const [first, second] = [hmacCredential(), rsaCredential()];
      const link = await storedLink(store(), { incoming: [first, second] });
      deepEqual(await store().links.findByConsumerKey(second.key), { link, credential: second });
      deepEqual(await store().links.findByConsumerKey(first.key), { link, credential: first });
    });
    it('are not found by another key, by case or by pattern', async () => {
      await storedLink(store(), { incoming: [hmacCredential({ key: 'Bitbucket:1' })] });
      for (const key of ['bitbucket:1', 'Bitbucket:', 'Bitbucket:%', 'Bitbucket:1 ', '']) {
        equal(await store().links.findByConsumerKey(key), undefined);
      }
    });

    it('are refused with a consumer key of another link, and nothing is stored', async () => {
      const { incoming } = await storedLink(store());
      const thief = newLink({ incoming: [hmacCredential({ key: incoming[0]?.key ?? '' })] });
      await rejects(store().links.create(thief), taken);
      equal(await get(thief.id), undefined);
    });
    it('are refused with the same consumer key twice', async () => {
      const twice = newLink({ incoming: [hmacCredential({ key: 'same' }), rsaCredential({ key: 'same' })] });
      await rejects(store().links.create(twice), taken);
      equal(await get(twice.id), undefined);
    });
    it('of many created at once with one key, one is stored', async () => {
      const links = Array.from({ length: 10 }, () =>
        newLink({ incoming: [hmacCredential({ key: 'raced' })] }),
      );
      const results = await Promise.allSettled(links.map((link) => store().links.create(link)));
      equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      equal((await store().links.list()).length, 1);
    });

    it('are updated, and their revision grows by one', async () => {
      const link = await storedLink(store());
      equal(await store().links.update({ ...link, name: 'Renamed', updatedAtMs: nowMs + 1 }), true);
      deepEqual(await get(link.id), { ...link, name: 'Renamed', updatedAtMs: nowMs + 1, revision: 1 });
    });
    it('are not updated from an old revision', async () => {
      const link = await storedLink(store());
      await store().links.update({ ...link, name: 'First' });
      equal(await store().links.update({ ...link, name: 'Second' }), false);
      equal((await get(link.id))?.name, 'First');
    });
    it('of many updates at once from one revision, one wins', async () => {
      const link = await storedLink(store());
      const names = Array.from({ length: 10 }, (_, index) => `Name ${index}`);
      const results = await Promise.all(names.map((name) => store().links.update({ ...link, name })));
      equal(results.filter((updated) => updated).length, 1);
      equal((await get(link.id))?.name, names[results.indexOf(true)]);
      equal((await get(link.id))?.revision, 1);
    });
    it('are not created by an update', async () => {
      const link = newLink();
      equal(await store().links.update(link), false);
      equal(await get(link.id), undefined);
    });
    it('may change the key of a credential, and free the old one', async () => {
      const link = await storedLink(store());
      const [old] = link.incoming;
      const renamed = hmacCredential({ id: old?.id ?? '', key: 'renamed' });
      await store().links.update({ ...link, incoming: [renamed] });
      equal(await store().links.findByConsumerKey(old?.key ?? ''), undefined);
      deepEqual((await store().links.findByConsumerKey('renamed'))?.credential, renamed);
      await storedLink(store(), { incoming: [hmacCredential({ key: old?.key ?? '' })] });
    });
    it('may not take the key of another link by an update, and stay as they were', async () => {
      const [mine, other] = [await storedLink(store()), await storedLink(store())];
      const incoming = [...mine.incoming, hmacCredential({ key: other.incoming[0]?.key ?? '' })];
      await rejects(store().links.update({ ...mine, name: 'Thief', incoming }), taken);
      deepEqual(await get(mine.id), mine);
    });
    it('may exchange the keys of their credentials, and keep the tokens of both', async () => {
      const [one, two] = [hmacCredential(), rsaCredential()];
      const link = await storedLink(store(), { incoming: [one, two] });
      const token = await storedAccessToken(store(), link);
      const incoming = [
        { ...one, key: two.key },
        { ...two, key: one.key },
      ];
      equal(await store().links.update({ ...link, incoming }), true);
      equal((await store().links.findByConsumerKey(one.key))?.credential.id, two.id);
      equal((await store().links.findByConsumerKey(two.key))?.credential.id, one.id);
      deepEqual(await store().accessTokens.get(token.digest), token);
    });
    it('may hand the key of a credential that goes to a new one', async () => {
      const link = await storedLink(store());
      const next = rsaCredential({ key: link.incoming[0]?.key ?? '' });
      equal(await store().links.update({ ...link, incoming: [next] }), true);
      deepEqual((await store().links.findByConsumerKey(next.key))?.credential, next);
    });
    it('never take over a credential of another link by its id', async () => {
      const [mine, other] = [await storedLink(store()), await storedLink(store())];
      const stolen = hmacCredential({ id: credentialOf(other) });
      await rejects(store().links.create(newLink({ incoming: [stolen] })), isOtherError);
      await rejects(store().links.update({ ...mine, incoming: [stolen] }), isOtherError);
      equal(await store().links.findByConsumerKey(stolen.key), undefined);
      deepEqual((await store().links.findByConsumerKey(other.incoming[0]?.key ?? ''))?.link, other);
      deepEqual(await get(mine.id), mine);
    });
    it('are never overwritten by one that is created with their id', async () => {
      const link = await storedLink(store());
      await rejects(store().links.create(newLink({ id: link.id })), isOtherError);
      deepEqual(await store().links.list(), [link]);
    });
    it('keep the tokens of a credential that stays, and drop those of one that goes', async () => {
      const [kept, dropped] = [hmacCredential(), hmacCredential()];
      const link = await storedLink(store(), { incoming: [kept, dropped] });
      const staying = await storedAccessToken(store(), link);
      const request = newRequestToken(link, { credentialId: dropped.id });
      await store().requestTokens.create(request);
      await store().links.update({ ...link, incoming: [kept] });
      notEqual(await store().accessTokens.get(staying.digest), undefined);
      equal(await store().requestTokens.get(request.digest), undefined);
    });
    it('may lose their last credential', async () => {
      const link = await storedLink(store());
      const token = await storedAccessToken(store(), link);
      equal(await store().links.update({ ...link, incoming: [] }), true);
      equal(await store().accessTokens.get(token.digest), undefined);
      equal(await store().links.findByConsumerKey(link.incoming[0]?.key ?? ''), undefined);
    });

    it('are removed with everything that came of them, and nothing else', async () => {
      const [gone, other] = [await storedLink(store()), await storedLink(store())];
      const access = await storedAccessToken(store(), gone);
      const request = newRequestToken(gone);
      await store().requestTokens.create(request);
      const others = await storedAccessToken(store(), other);
      equal(await store().links.remove(gone.id), true);
      equal(await get(gone.id), undefined);
      equal(await store().links.findByConsumerKey(gone.incoming[0]?.key ?? ''), undefined);
      equal(await store().accessTokens.get(access.digest), undefined);
      equal(await store().requestTokens.get(request.digest), undefined);
      notEqual(await store().accessTokens.get(others.digest), undefined);
    });
    it('are removed once', async () => {
      const link = await storedLink(store());
      const removals = await Promise.all([1, 2, 3].map(() => store().links.remove(link.id)));
      equal(removals.filter((removed) => removed).length, 1);
    });
    it('take no tokens when they are gone', async () => {
      const link = await storedLink(store());
      const request = newRequestToken(link);
      await store().requestTokens.create(request);
      await store().links.remove(link.id);
      equal(await store().requestTokens.create(newRequestToken(link)), false);
      equal(await store().requestTokens.exchange(request.digest, newAccessToken(link)), false);
      equal(await store().links.findByConsumerKey(credentialOf(link)), undefined);
    });
  });
}
