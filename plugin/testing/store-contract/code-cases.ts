/** Authorization codes: used once, and recognised when they come back. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import {
  clientOf,
  linkWithClient,
  newAuthorization,
  newCode,
  newTokenPair,
} from './authorization-samples.js';
import { allTokens } from './samples.js';
import type { Subject } from './subject.js';

export function codeCases(store: Subject): void {
  describe('codes', () => {
    it('come back as they were stored, without a challenge too', async () => {
      const link = await linkWithClient(store());
      for (const code of [newCode(link), newCode(link, { codeChallenge: null })]) {
        equal(await store().codes.create(code), true);
        deepEqual(await store().codes.get(code.digest), code);
      }
      equal(await store().codes.get('unknown'), undefined);
    });
    it('are not stored for a client that does not exist', async () => {
      const code = newCode(await linkWithClient(store()), { credentialId: 'gone' });
      equal(await store().codes.create(code), false);
      equal(await store().codes.get(code.digest), undefined);
    });
    it('are never overwritten by one of the same digest', async () => {
      const code = newCode(await linkWithClient(store()));
      await store().codes.create(code);
      await rejects(store().codes.create({ ...code, userId: 'rob' }), Error);
      deepEqual(await store().codes.get(code.digest), code);
    });
    it('are exchanged once, of many at once, and say afterwards for what', async () => {
      const link = await linkWithClient(store());
      const code = newCode(link);
      await store().codes.create(code);
      const tries = Array.from({ length: 20 }, () => newAuthorization(link));
      const won = await Promise.all(
        tries.map((authorization) =>
          store().codes.exchange(code.digest, authorization, newTokenPair(authorization)),
        ),
      );
      equal(won.filter(Boolean).length, 1);
      const winner = tries[won.indexOf(true)];
      deepEqual(await store().authorizations.list({}, allTokens), [winner]);
      deepEqual(await store().codes.get(code.digest), { ...code, authorizationId: winner?.id });
    });
    it('are exchanged for their own client and user only', async () => {
      const [link, other] = [await linkWithClient(store()), await linkWithClient(store())];
      const code = newCode(link);
      await store().codes.create(code);
      for (const wrong of [{ userId: 'rob' }, { userId: null }, { credentialId: clientOf(other) }]) {
        const authorization = newAuthorization(link, wrong);
        equal(await store().codes.exchange(code.digest, authorization, newTokenPair(authorization)), false);
      }
      const unknown = newAuthorization(link);
      equal(await store().codes.exchange('unknown', unknown, newTokenPair(unknown)), false);
      deepEqual(await store().authorizations.list({}, allTokens), []);
      deepEqual(await store().codes.get(code.digest), code);
    });
    it('stay unused when their tokens cannot be stored', async () => {
      const link = await linkWithClient(store());
      const [first, second] = [newCode(link), newCode(link)];
      for (const code of [first, second]) await store().codes.create(code);
      const [one, two] = [newAuthorization(link), newAuthorization(link)];
      const tokens = newTokenPair(one);
      await store().codes.exchange(first.digest, one, tokens);
      const clash = { ...newTokenPair(two), accessDigest: tokens.accessDigest };
      await rejects(store().codes.exchange(second.digest, two, clash), Error);
      deepEqual(await store().codes.get(second.digest), second);
      deepEqual(await store().authorizations.list({}, allTokens), [one]);
    });
    it('go with their client, and with their link', async () => {
      const [one, two] = [await linkWithClient(store()), await linkWithClient(store())];
      const [first, second] = [newCode(one), newCode(two)];
      for (const code of [first, second]) await store().codes.create(code);
      await store().links.update({ ...one, clients: [] });
      await store().links.remove(two.id);
      equal(await store().codes.get(first.digest), undefined);
      equal(await store().codes.get(second.digest), undefined);
    });
  });
}
