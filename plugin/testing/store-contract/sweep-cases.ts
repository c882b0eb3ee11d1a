/** Sweeping removes what is dead, and nothing else. */
import { deepEqual, equal, notEqual } from 'node:assert/strict';
import {
  digestOf,
  newAuthorization,
  newClient,
  newCode,
  newRotation,
  newTokenPair,
} from './authorization-samples.js';
import { allTokens, minuteMs, newRequestToken, nowMs, storedAccessToken, storedLink } from './samples.js';
import type { Subject } from './subject.js';

const nothing = {
  requestTokens: 0,
  accessTokens: 0,
  nonces: 0,
  transactions: 0,
  codes: 0,
  authorizations: 0,
  deliveries: 0,
};

export function sweepCases(store: Subject): void {
  describe('sweep', () => {
    it('finds nothing in an empty store', async () => {
      deepEqual(await store().sweep(nowMs), nothing);
    });
    it('removes expired request tokens only', async () => {
      const link = await storedLink(store());
      const [dead, alive] = [newRequestToken(link, { expiresAtMs: nowMs - 1 }), newRequestToken(link)];
      await store().requestTokens.create(dead);
      await store().requestTokens.create(alive);
      deepEqual(await store().sweep(nowMs), { ...nothing, requestTokens: 1 });
      equal(await store().requestTokens.get(dead.digest), undefined);
      deepEqual(await store().requestTokens.get(alive.digest), alive);
    });
    it('removes access tokens whose session has expired too', async () => {
      const link = await storedLink(store());
      const expired = { expiresAtMs: nowMs - minuteMs };
      const renewable = await storedAccessToken(store(), link, { ...expired, sessionExpiresAtMs: nowMs + 1 });
      const dead = await storedAccessToken(store(), link, { ...expired, sessionExpiresAtMs: nowMs - 1 });
      const alive = await storedAccessToken(store(), link, { sessionExpiresAtMs: nowMs - 1 });
      deepEqual(await store().sweep(nowMs), { ...nothing, accessTokens: 1 });
      equal(await store().accessTokens.get(dead.digest), undefined);
      notEqual(await store().accessTokens.get(renewable.digest), undefined);
      notEqual(await store().accessTokens.get(alive.digest), undefined);
    });
    it('forgets nonces whose time is over, and remembers the others', async () => {
      await store().nonces.use('old', nowMs - 1);
      await store().nonces.use('new', nowMs + 1);
      deepEqual(await store().sweep(nowMs), { ...nothing, nonces: 1 });
      equal(await store().nonces.use('new', nowMs + 1), false);
      equal(await store().nonces.use('old', nowMs + 1), true);
    });
    it('removes expired codes and authorizations only', async () => {
      const link = await storedLink(store(), { clients: [newClient()] });
      const [dead, alive] = [newCode(link, { expiresAtMs: nowMs - 1 }), newCode(link)];
      for (const code of [dead, alive]) await store().codes.create(code);
      const ended = newAuthorization(link, { expiresAtMs: nowMs - 1 });
      const kept = newAuthorization(link);
      for (const authorization of [ended, kept])
        await store().authorizations.create(authorization, newTokenPair(authorization));
      deepEqual(await store().sweep(nowMs), { ...nothing, codes: 1, authorizations: 1 });
      equal(await store().codes.get(dead.digest), undefined);
      deepEqual(await store().codes.get(alive.digest), alive);
      deepEqual(await store().authorizations.list({}, allTokens), [kept]);
    });
    it('removes bearer tokens that are over, and keeps a used refresh token until it expires', async () => {
      const link = await storedLink(store(), { clients: [newClient()] });
      const authorization = newAuthorization(link);
      const first = newTokenPair(authorization, { accessExpiresAtMs: nowMs - 1 });
      const next = newTokenPair(authorization, {
        refreshExpiresAtMs: nowMs - 1,
        accessExpiresAtMs: nowMs - 1,
      });
      await store().authorizations.create(authorization, first);
      const rotation = newRotation({ successorUntilMs: nowMs - 1 });
      await store().authorizations.rotate(digestOf(first), rotation, next, authorization.expiresAtMs);
      deepEqual(await store().sweep(nowMs), nothing);
      equal(await store().authorizations.findByAccessToken(next.accessDigest), undefined);
      const spent = await store().authorizations.findByRefreshToken(digestOf(first));
      deepEqual(spent?.tokens.rotation, { ...rotation, sealedSuccessor: null });
    });
    it('leaves what ends this very millisecond', async () => {
      const link = await storedLink(store());
      await store().requestTokens.create(newRequestToken(link, { expiresAtMs: nowMs }));
      await storedAccessToken(store(), link, { expiresAtMs: nowMs, sessionExpiresAtMs: nowMs });
      await store().nonces.use('now', nowMs);
      deepEqual(await store().sweep(nowMs), nothing);
    });
    it('leaves links and settings alone', async () => {
      const link = await storedLink(store());
      await store().settings.putIfAbsent('kept', 'yes');
      await store().sweep(nowMs * 3);
      deepEqual(await store().links.get(link.id), link);
      equal(await store().settings.get('kept'), 'yes');
    });
    it('may run at once in many processes', async () => {
      const link = await storedLink(store());
      for (let index = 0; index < 5; index += 1) {
        await store().requestTokens.create(newRequestToken(link, { expiresAtMs: nowMs - 1 }));
      }
      const sweeps = await Promise.all([1, 2, 3].map(() => store().sweep(nowMs)));
      equal(
        sweeps.reduce((sum, { requestTokens }) => sum + requestTokens, 0),
        5,
      );
    });
  });
}
