/** Access tokens: renewed once, revoked at once, listed by whoever they belong to. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  allTokens,
  credentialOf,
  hmacCredential,
  minuteMs,
  newAccessToken,
  newDigest,
  nowMs,
  storedAccessToken,
  storedLink,
} from './samples.js';
import type { TokenFilter } from '../../store/tokens.js';
import type { Subject } from './subject.js';

export function accessTokenCases(store: Subject): void {
  describe('access tokens', () => {
    it('are kept with all their fields, long times included', async () => {
      const link = await storedLink(store());
      const times = { expiresAtMs: nowMs * 2, sessionExpiresAtMs: nowMs * 2 + 1, lastUsedAtMs: nowMs + 5 };
      const token = await storedAccessToken(store(), link, { ...times, scopes: ['a', 'b"c'] });
      deepEqual(await store().accessTokens.get(token.digest), token);
    });
    it('are unknown by another digest', async () => {
      equal(await store().accessTokens.get(newDigest()), undefined);
    });

    it('are listed newest first, by user, credential, link and id', async () => {
      const [one, two] = [await storedLink(store()), await storedLink(store())];
      const a = await storedAccessToken(store(), one, { userId: 'ana', createdAtMs: nowMs });
      const b = await storedAccessToken(store(), one, { userId: 'rob', createdAtMs: nowMs + 1 });
      const c = await storedAccessToken(store(), two, { userId: 'ana', createdAtMs: nowMs + 2 });
      const list = (filter: TokenFilter) => store().accessTokens.list(filter, allTokens);
      deepEqual(await list({}), [c, b, a]);
      deepEqual(await list({ userId: 'ana' }), [c, a]);
      deepEqual(await list({ linkId: one.id }), [b, a]);
      deepEqual(await list({ credentialId: credentialOf(two) }), [c]);
      deepEqual(await list({ id: b.id }), [b]);
      deepEqual(await list({ userId: 'rob', linkId: two.id }), []);
    });
    it('are listed page by page', async () => {
      const link = await storedLink(store());
      const tokens = [];
      for (let index = 0; index < 5; index += 1) {
        tokens.unshift(await storedAccessToken(store(), link, { createdAtMs: nowMs + index }));
      }
      const page = (offset: number) => store().accessTokens.list({}, { limit: 2, offset });
      deepEqual([...(await page(0)), ...(await page(2)), ...(await page(4)), ...(await page(6))], tokens);
    });

    it('note their last use, and never an earlier one', async () => {
      const token = await storedAccessToken(store(), await storedLink(store()));
      const lastUse = async () => (await store().accessTokens.get(token.digest))?.lastUsedAtMs;
      await store().accessTokens.touch(token.id, nowMs + 10);
      equal(await lastUse(), nowMs + 10);
      await store().accessTokens.touch(token.id, nowMs + 5);
      equal(await lastUse(), nowMs + 10);
      await store().accessTokens.touch(token.id, nowMs + 20);
      equal(await lastUse(), nowMs + 20);
    });
    it('that are unknown take no harm from a use', async () => {
      await store().accessTokens.touch(randomUUID(), nowMs);
      deepEqual(await store().accessTokens.list({}, allTokens), []);
    });

    it('are renewed: the new one is in the place of the old', async () => {
      const link = await storedLink(store());
      const old = await storedAccessToken(store(), link);
      const next = newAccessToken(link, { id: old.id, createdAtMs: old.createdAtMs });
      equal(await store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), true);
      equal(await store().accessTokens.get(old.digest), undefined);
      deepEqual(await store().accessTokens.list({}, allTokens), [next]);
    });
    it('are not renewed by another handle, nor twice', async () => {
      const link = await storedLink(store());
      const old = await storedAccessToken(store(), link);
      const next = newAccessToken(link, { id: old.id });
      equal(await store().accessTokens.renew(old.digest, newDigest(), next), false);
      equal(await store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), true);
      equal(await store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), false);
    });
    it('are not renewed under the id of another', async () => {
      const link = await storedLink(store());
      const [old, other] = [await storedAccessToken(store(), link), await storedAccessToken(store(), link)];
      const next = newAccessToken(link, { id: other.id });
      equal(await store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), false);
      deepEqual(await store().accessTokens.get(old.digest), old);
      deepEqual(await store().accessTokens.get(other.digest), other);
    });
    it('never overwrite another by a renewal', async () => {
      const link = await storedLink(store());
      const [old, other] = [await storedAccessToken(store(), link), await storedAccessToken(store(), link)];
      const next = newAccessToken(link, { id: old.id, digest: other.digest });
      await rejects(store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), Error);
      deepEqual(await store().accessTokens.get(old.digest), old);
      deepEqual(await store().accessTokens.get(other.digest), other);
    });
    it('of many renewals at once, one wins', async () => {
      const link = await storedLink(store());
      const old = await storedAccessToken(store(), link);
      const renewals = Array.from({ length: 10 }, () =>
        store().accessTokens.renew(old.digest, old.sessionHandleDigest, newAccessToken(link, { id: old.id })),
      );
      equal((await Promise.all(renewals)).filter((won) => won).length, 1);
      equal((await store().accessTokens.list({}, allTokens)).length, 1);
    });
    it('that were revoked are not renewed', async () => {
      const link = await storedLink(store());
      const old = await storedAccessToken(store(), link);
      await store().accessTokens.revoke({ id: old.id });
      const next = newAccessToken(link, { id: old.id });
      equal(await store().accessTokens.renew(old.digest, old.sessionHandleDigest, next), false);
      deepEqual(await store().accessTokens.list({}, allTokens), []);
    });

    it('are revoked by id, and returned', async () => {
      const link = await storedLink(store());
      const [gone, kept] = [await storedAccessToken(store(), link), await storedAccessToken(store(), link)];
      deepEqual(await store().accessTokens.revoke({ id: gone.id }), [gone]);
      deepEqual(await store().accessTokens.revoke({ id: gone.id }), []);
      deepEqual(await store().accessTokens.list({}, allTokens), [kept]);
    });
    it('are revoked by user, by link, by credential, and by all that is given', async () => {
      const [one, two] = [await storedLink(store()), await storedLink(store())];
      await storedAccessToken(store(), one, { userId: 'ana' });
      await storedAccessToken(store(), one, { userId: 'rob' });
      await storedAccessToken(store(), two, { userId: 'ana' });
      const revoked = async (filter: object) => (await store().accessTokens.revoke(filter)).length;
      equal(await revoked({ id: randomUUID(), userId: 'ana' }), 0);
      equal(await revoked({ userId: 'ana', linkId: two.id }), 1);
      equal(await revoked({ credentialId: credentialOf(one), userId: 'rob' }), 1);
      equal(await revoked({ linkId: one.id }), 1);
    });
    it('are never revoked by an empty filter', async () => {
      const token = await storedAccessToken(store(), await storedLink(store()));
      await rejects(store().accessTokens.revoke({}), Error);
      deepEqual(await store().accessTokens.list({}, allTokens), [token]);
    });
    it('are never selected by a field that the store does not know', async () => {
      const token = await storedAccessToken(store(), await storedLink(store()));
      const misspelt = { user: 'ana' } as TokenFilter;
      await rejects(store().accessTokens.revoke(misspelt), Error);
      await rejects(store().accessTokens.revoke({ ...misspelt, userId: 'ana' }), Error);
      await rejects(store().accessTokens.list(misspelt, allTokens), Error);
      deepEqual(await store().accessTokens.list({}, allTokens), [token]);
    });
    it('are never revoked by a filter whose values are lost', async () => {
      const token = await storedAccessToken(store(), await storedLink(store()));
      await rejects(store().accessTokens.revoke({ id: undefined, userId: undefined }), Error);
      deepEqual(await store().accessTokens.list({}, allTokens), [token]);
    });
    it('are never revoked by a filter that only looks like one', async () => {
      const token = await storedAccessToken(store(), await storedLink(store()));
      const misspelt: object = { userID: 'ana' };
      await rejects(store().accessTokens.revoke(misspelt), Error);
      await rejects(store().requestTokens.remove(misspelt), Error);
      deepEqual(await store().accessTokens.list({}, allTokens), [token]);
    });
    it('of a revocation and a renewal at once, a survivor is the renewed one or none', async () => {
      const link = await storedLink(store());
      const old = await storedAccessToken(store(), link);
      const next = newAccessToken(link, { id: old.id });
      const [renewed, revoked] = await Promise.all([
        store().accessTokens.renew(old.digest, old.sessionHandleDigest, next),
        store().accessTokens.revoke({ id: old.id }),
      ]);
      equal(await store().accessTokens.get(old.digest), undefined);
      equal(revoked.length, 1);
      equal(await store().accessTokens.get(renewed ? next.digest : old.digest), undefined);
    });
    it('of one credential leave those of another alone', async () => {
      const link = await storedLink(store(), { incoming: [hmacCredential(), hmacCredential()] });
      const first = await storedAccessToken(store(), link, { expiresAtMs: nowMs + minuteMs });
      equal((await store().accessTokens.revoke({ credentialId: link.incoming[1]?.id ?? '' })).length, 0);
      deepEqual(await store().accessTokens.get(first.digest), first);
    });
  });
}
