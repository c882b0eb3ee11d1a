/** What peers have granted: one per connection and user, renewed by one process at a time. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { Grant } from '../../store/outgoing.js';
import type { Link } from '../../store/store.js';
import {
  allTokens,
  connectionOf,
  linkedStore,
  minuteMs,
  newConnection,
  newGrant,
  nowMs,
  storedLink,
} from './samples.js';
import type { Subject } from './subject.js';

export function grantCases(store: Subject): void {
  const stored = async (changes: Partial<Grant> = {}): Promise<[Grant, Link]> => {
    const link = await linkedStore(store());
    const grant = newGrant(link, changes);
    equal(await store().grants.put(grant), true);
    return [grant, link];
  };
  const get = ({ connectionId, userId }: Grant): Promise<Grant | undefined> =>
    store().grants.get(connectionId, userId);

  describe('grants', () => {
    it('are read back as they were stored, as copies', async () => {
      const [grant] = await stored({ sessionExpiresAtMs: nowMs, lastUsedAtMs: nowMs - 5 });
      deepEqual(await get(grant), grant);
      const copy = await get(grant);
      if (copy) copy.sealedDocument = 'changed';
      deepEqual(await get(grant), grant);
    });
    it('of the application itself are told apart from those of users', async () => {
      const [own, link] = await stored({ userId: null });
      equal(await store().grants.get(connectionOf(link), 'ana'), undefined);
      equal(await store().grants.get(connectionOf(link), ''), undefined);
      deepEqual(await get(own), own);
    });
    for (const userId of ['ana', null]) {
      it(`take the place of the former one of ${userId ?? 'the application'}`, async () => {
        const [former, link] = await stored({ userId });
        const next = newGrant(link, { userId, revision: 3 });
        equal(await store().grants.put(next), true);
        deepEqual(await get(former), next);
        equal((await store().grants.list({ linkId: link.id }, allTokens)).length, 1);
      });
    }
    it('of many at once for one user, one stays', async () => {
      const link = await linkedStore(store());
      await Promise.all(Array.from({ length: 10 }, () => store().grants.put(newGrant(link))));
      equal((await store().grants.list({}, allTokens)).length, 1);
    });
    it('are not stored for a connection that does not exist', async () => {
      const link = await linkedStore(store());
      equal(await store().grants.put(newGrant(link, { connectionId: 'gone' })), false);
    });
    it('are listed newest first, by each part of a filter, page by page', async () => {
      const link = await storedLink(store(), {
        outgoing: [newConnection(), newConnection({ preferred: false, kind: 'oauth1-manual' })],
      });
      const second = link.outgoing[1]?.id ?? '';
      const grants = [
        newGrant(link, { createdAtMs: nowMs + 2 }),
        newGrant(link, { userId: 'rob', createdAtMs: nowMs + 1 }),
        newGrant(link, { connectionId: second }),
      ];
      for (const grant of grants) await store().grants.put(grant);
      const ids = async (filter: object, page = allTokens): Promise<string[]> =>
        (await store().grants.list(filter, page)).map(({ id }) => id);
      const [a, b, c] = grants.map(({ id }) => id);
      deepEqual(await ids({}), [a, b, c]);
      deepEqual(await ids({ userId: 'ana' }), [a, c]);
      deepEqual(await ids({ connectionId: second }), [c]);
      deepEqual(await ids({ linkId: link.id, userId: 'rob' }), [b]);
      deepEqual(await ids({ id: c }), [c]);
      deepEqual(await ids({}, { limit: 1, offset: 1 }), [b]);
    });
    it('are renewed by one process at a time, until its time is over', async () => {
      const [grant] = await stored();
      const claim = (atMs: number): Promise<boolean> =>
        store().grants.claimRenewal(grant.id, 0, atMs, atMs + minuteMs);
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(nowMs)));
      equal(claims.filter((won) => won).length, 1);
      equal(await claim(nowMs + minuteMs - 1), false);
      equal(await claim(nowMs + minuteMs), true);
    });
    it('are not renewed at another revision, nor when unknown', async () => {
      const [grant] = await stored();
      equal(await store().grants.claimRenewal(grant.id, 1, nowMs, nowMs + 1), false);
      equal(await store().grants.claimRenewal('unknown', 0, nowMs, nowMs + 1), false);
    });
    it('are updated at their revision only, which ends the claim', async () => {
      const [grant] = await stored();
      await store().grants.claimRenewal(grant.id, 0, nowMs, nowMs + minuteMs);
      const next = { ...grant, sealedDocument: `${grant.sealedDocument}x`, expiresAtMs: null };
      equal(await store().grants.update(next), true);
      deepEqual(await get(grant), { ...next, renewalUntilMs: null, revision: 1 });
      equal(await store().grants.update(next), false);
      equal(await store().grants.claimRenewal(grant.id, 1, nowMs, nowMs + 1), true);
    });
    it('are removed only if unchanged', async () => {
      const [grant] = await stored();
      await store().grants.update(grant);
      equal(await store().grants.removeUnchanged(grant.id, 0), false);
      equal(await store().grants.removeUnchanged(grant.id, 1), true);
      equal(await store().grants.removeUnchanged(grant.id, 1), false);
      equal(await get(grant), undefined);
    });
    it('remember the latest use', async () => {
      const [grant] = await stored();
      await store().grants.touch(grant.id, nowMs + 5);
      await store().grants.touch(grant.id, nowMs + 1);
      equal((await get(grant))?.lastUsedAtMs, nowMs + 5);
    });
    it('are removed by filter, and returned', async () => {
      const [grant, link] = await stored();
      await stored({ userId: 'rob' });
      deepEqual(await store().grants.remove({ userId: 'ana', linkId: 'other' }), []);
      deepEqual(await store().grants.remove({ userId: 'ana', linkId: link.id }), [grant]);
      equal((await store().grants.list({}, allTokens)).length, 1);
    });
    it('are never removed by an empty or unknown filter', async () => {
      const [grant] = await stored();
      for (const filter of [{}, { user: 'ana' }, { userId: undefined }] as object[])
        await rejects(store().grants.remove(filter), Error);
      await rejects(store().grants.list({ user: 'ana' } as object, allTokens), Error);
      deepEqual(await get(grant), grant);
    });
    it('go with their link, and with their connection', async () => {
      const [first, one] = await stored();
      const [second, two] = await stored();
      await store().links.remove(one.id);
      await store().links.update({ ...two, outgoing: [newConnection()] });
      equal(await get(first), undefined);
      equal(await get(second), undefined);
    });
    it('stay when their link is changed otherwise', async () => {
      const [grant, link] = await stored();
      await store().links.update({ ...link, name: 'Renamed' });
      deepEqual(await get(grant), grant);
    });
    it('are not swept', async () => {
      const [grant] = await stored({ expiresAtMs: 1, sessionExpiresAtMs: 1 });
      await store().sweep(nowMs);
      deepEqual(await get(grant), grant);
    });
  });
}
