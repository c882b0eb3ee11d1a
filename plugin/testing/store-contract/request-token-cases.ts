/** Request tokens: decided once, swapped once, gone with their consumer. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import {
  allowed,
  allTokens,
  credentialOf,
  hmacCredential,
  newAccessToken,
  newDigest,
  newRequestToken,
  storedAccessToken,
  storedGrant,
  storedLink,
} from './samples.js';
import type { Decision } from '../../store/tokens.js';
import type { Subject } from './subject.js';

const times = <T>(count: number, run: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => run(index));

export function requestTokenCases(store: Subject): void {
  describe('request tokens', () => {
    it('are kept with all their fields', async () => {
      const token = newRequestToken(await storedLink(store()));
      equal(await store().requestTokens.create(token), true);
      deepEqual(await store().requestTokens.get(token.digest), token);
    });
    it('may have no callback', async () => {
      const token = newRequestToken(await storedLink(store()), { callback: null });
      await store().requestTokens.create(token);
      equal((await store().requestTokens.get(token.digest))?.callback, null);
    });
    it('are unknown by another digest', async () => {
      equal(await store().requestTokens.get(newDigest()), undefined);
    });
    it('are not stored for a credential that is gone', async () => {
      const link = await storedLink(store());
      const token = newRequestToken(link, { credentialId: hmacCredential().id });
      equal(await store().requestTokens.create(token), false);
      equal(await store().requestTokens.get(token.digest), undefined);
    });

    const denied: Decision = { outcome: 'denied', userId: 'ana' };
    for (const decision of [allowed(), denied]) {
      it(`are decided: ${decision.outcome}`, async () => {
        const token = newRequestToken(await storedLink(store()));
        await store().requestTokens.create(token);
        equal(await store().requestTokens.decide(token.digest, decision), true);
        deepEqual((await store().requestTokens.get(token.digest))?.decision, decision);
      });
      it(`are decided once: a later decision does not change ${decision.outcome}`, async () => {
        const token = newRequestToken(await storedLink(store()));
        await store().requestTokens.create(token);
        await store().requestTokens.decide(token.digest, decision);
        equal(await store().requestTokens.decide(token.digest, allowed('rob')), false);
        equal(await store().requestTokens.decide(token.digest, { outcome: 'denied', userId: 'rob' }), false);
        deepEqual((await store().requestTokens.get(token.digest))?.decision, decision);
      });
    }
    it('are not decided when they are unknown', async () => {
      equal(await store().requestTokens.decide(newDigest(), allowed()), false);
    });
    it('of many decisions at once, one counts', async () => {
      const token = newRequestToken(await storedLink(store()));
      await store().requestTokens.create(token);
      const decided = await Promise.all(
        times(10, (index) => store().requestTokens.decide(token.digest, allowed(`user ${index}`))),
      );
      equal(decided.filter((won) => won).length, 1);
      const kept = await store().requestTokens.get(token.digest);
      equal(kept?.decision?.userId, `user ${decided.indexOf(true)}`);
    });

    it('count wrong verifiers', async () => {
      const token = newRequestToken(await storedLink(store()));
      await store().requestTokens.create(token);
      equal(await store().requestTokens.countWrongVerifier(token.digest), 1);
      equal(await store().requestTokens.countWrongVerifier(token.digest), 2);
      equal((await store().requestTokens.get(token.digest))?.wrongVerifiers, 2);
    });
    it('count each of many wrong verifiers at once', async () => {
      const token = newRequestToken(await storedLink(store()));
      await store().requestTokens.create(token);
      const counts = await Promise.all(
        times(10, () => store().requestTokens.countWrongVerifier(token.digest)),
      );
      deepEqual(
        [...counts].sort((a, b) => a - b),
        times(10, (index) => index + 1),
      );
    });
    it('count nothing when they are unknown', async () => {
      equal(await store().requestTokens.countWrongVerifier(newDigest()), 0);
    });

    it('are swapped: the request token is gone, the access token is there', async () => {
      const [request, access] = await storedGrant(store(), await storedLink(store()));
      equal(await store().requestTokens.exchange(request.digest, access), true);
      equal(await store().requestTokens.get(request.digest), undefined);
      deepEqual(await store().accessTokens.get(access.digest), access);
    });
    it('of many swaps at once, one wins and one access token is stored', async () => {
      const link = await storedLink(store());
      const [request] = await storedGrant(store(), link);
      const swaps = times(10, () => store().requestTokens.exchange(request.digest, newAccessToken(link)));
      equal((await Promise.all(swaps)).filter((won) => won).length, 1);
      equal((await store().accessTokens.list({ linkId: link.id }, allTokens)).length, 1);
    });
    it('are not swapped when undecided, and stay', async () => {
      const link = await storedLink(store());
      const token = newRequestToken(link);
      await store().requestTokens.create(token);
      equal(await store().requestTokens.exchange(token.digest, newAccessToken(link)), false);
      deepEqual(await store().requestTokens.get(token.digest), token);
      deepEqual(await store().accessTokens.list({}, allTokens), []);
    });
    it('are not swapped when denied', async () => {
      const link = await storedLink(store());
      const token = newRequestToken(link);
      await store().requestTokens.create(token);
      await store().requestTokens.decide(token.digest, { outcome: 'denied', userId: 'ana' });
      equal(await store().requestTokens.exchange(token.digest, newAccessToken(link)), false);
    });
    it('are not swapped for a token of another user or credential', async () => {
      const link = await storedLink(store(), { incoming: [hmacCredential(), hmacCredential()] });
      const [request, access] = await storedGrant(store(), link);
      const other = link.incoming[1]?.id ?? '';
      equal(await store().requestTokens.exchange(request.digest, { ...access, userId: 'rob' }), false);
      equal(await store().requestTokens.exchange(request.digest, { ...access, credentialId: other }), false);
      equal(await store().requestTokens.exchange(request.digest, access), true);
    });
    it('are not swapped after five wrong verifiers, and are after four', async () => {
      const link = await storedLink(store());
      const [request, access] = await storedGrant(store(), link);
      const [locked, other] = await storedGrant(store(), link);
      for (let n = 0; n < 4; n += 1) await store().requestTokens.countWrongVerifier(request.digest);
      for (let n = 0; n < 5; n += 1) await store().requestTokens.countWrongVerifier(locked.digest);
      equal(await store().requestTokens.exchange(request.digest, access), true);
      equal(await store().requestTokens.exchange(locked.digest, other), false);
      equal(await store().accessTokens.get(other.digest), undefined);
    });
    it('are not swapped when unknown', async () => {
      const link = await storedLink(store());
      equal(await store().requestTokens.exchange(newDigest(), newAccessToken(link)), false);
    });
    it('of a swap and the removal of the link at once, no token survives', async () => {
      const link = await storedLink(store());
      const [request, access] = await storedGrant(store(), link);
      await Promise.all([
        store().requestTokens.exchange(request.digest, access),
        store().links.remove(link.id),
      ]);
      equal(await store().accessTokens.get(access.digest), undefined);
      equal(await store().requestTokens.get(request.digest), undefined);
    });

    it('are removed by deciding user, undecided ones are not', async () => {
      const link = await storedLink(store());
      const [anas] = await storedGrant(store(), link, 'ana');
      const [robs] = await storedGrant(store(), link, 'rob');
      const open = newRequestToken(link);
      await store().requestTokens.create(open);
      equal(await store().requestTokens.remove({ userId: 'ana' }), 1);
      equal(await store().requestTokens.get(anas.digest), undefined);
      equal((await store().requestTokens.get(robs.digest))?.digest, robs.digest);
      equal((await store().requestTokens.get(open.digest))?.digest, open.digest);
    });
    it('are removed by credential, by link, and by all that is given', async () => {
      const [one, two] = [await storedLink(store()), await storedLink(store())];
      await storedGrant(store(), one, 'ana');
      await storedGrant(store(), one, 'rob');
      await storedGrant(store(), two, 'ana');
      equal(await store().requestTokens.remove({ linkId: two.id, userId: 'rob' }), 0);
      equal(await store().requestTokens.remove({ credentialId: credentialOf(one), userId: 'rob' }), 1);
      equal(await store().requestTokens.remove({ linkId: one.id }), 1);
      equal(await store().requestTokens.remove({ linkId: two.id }), 1);
    });
    it('are never removed by an empty filter', async () => {
      await rejects(store().requestTokens.remove({}), Error);
    });
    it('are never removed by a field that the store does not know', async () => {
      const token = newRequestToken(await storedLink(store()));
      await store().requestTokens.create(token);
      for (const filter of [{ id: 'any' }, { user: 'ana' }, { userId: undefined }] as object[]) {
        await rejects(store().requestTokens.remove(filter), Error);
      }
      deepEqual(await store().requestTokens.get(token.digest), token);
    });
    it('are never overwritten by one of the same digest', async () => {
      const link = await storedLink(store());
      const token = newRequestToken(link);
      await store().requestTokens.create(token);
      await rejects(store().requestTokens.create({ ...token, callback: null }), Error);
      deepEqual(await store().requestTokens.get(token.digest), token);
    });
    it('stay when the access token clashes with another, which is not overwritten', async () => {
      const link = await storedLink(store());
      const other = await storedAccessToken(store(), link);
      const [request, access] = await storedGrant(store(), link);
      for (const clash of [{ id: other.id }, { digest: other.digest }]) {
        await rejects(store().requestTokens.exchange(request.digest, { ...access, ...clash }), Error);
        deepEqual(await store().accessTokens.get(other.digest), other);
      }
      equal(await store().requestTokens.exchange(request.digest, access), true);
    });
  });
}
