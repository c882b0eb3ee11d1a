/** Authorizations of OAuth 2.0: found by their tokens, rotated once, ended whole. */
import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import {
  digestOf,
  linkWithClient,
  newAuthorization,
  newRotation,
  newTokenPair,
} from './authorization-samples.js';
import { allTokens, nowMs } from './samples.js';
import type { Subject } from './subject.js';
import type { Authorization, TokenPair } from '../../store/authorizations.js';

export function authorizationCases(store: Subject): void {
  const stored = async (
    changes: Partial<Authorization> = {},
  ): Promise<{ authorization: Authorization; tokens: TokenPair }> => {
    const authorization = newAuthorization(await linkWithClient(store()), changes);
    const tokens = newTokenPair(authorization);
    equal(await store().authorizations.create(authorization, tokens), true);
    return { authorization, tokens };
  };

  describe('authorizations', () => {
    it('are found by access token and by refresh token', async () => {
      const found = await stored();
      deepEqual(await store().authorizations.findByAccessToken(found.tokens.accessDigest), found);
      deepEqual(await store().authorizations.findByRefreshToken(digestOf(found.tokens)), found);
      for (const unknown of ['unknown', digestOf(found.tokens)])
        equal(await store().authorizations.findByAccessToken(unknown), undefined);
      equal(await store().authorizations.findByRefreshToken(found.tokens.accessDigest), undefined);
    });
    it('may be of no user, without refresh token and without an end', async () => {
      const authorization = newAuthorization(await linkWithClient(store()), { userId: null, endsAtMs: null });
      const tokens = newTokenPair(authorization, { refreshDigest: null, refreshExpiresAtMs: null });
      await store().authorizations.create(authorization, tokens);
      const again = newTokenPair(authorization, { refreshDigest: null, refreshExpiresAtMs: null });
      await store().authorizations.addTokens(again, authorization.expiresAtMs);
      deepEqual(await store().authorizations.findByAccessToken(tokens.accessDigest), {
        authorization,
        tokens,
      });
    });
    it('are not stored for a client that does not exist', async () => {
      const authorization = newAuthorization(await linkWithClient(store()), { credentialId: 'gone' });
      equal(await store().authorizations.create(authorization, newTokenPair(authorization)), false);
      deepEqual(await store().authorizations.list({}, allTokens), []);
    });
    it('are never overwritten by one of the same id or with a token of another', async () => {
      const { authorization, tokens } = await stored();
      const other = newAuthorization(await linkWithClient(store()));
      await rejects(store().authorizations.create(authorization, newTokenPair(authorization)), Error);
      const clashes = [{ accessDigest: tokens.accessDigest }, { refreshDigest: tokens.refreshDigest }];
      for (const clash of clashes)
        await rejects(store().authorizations.create(other, newTokenPair(other, clash)), Error);
      deepEqual(await store().authorizations.list({}, allTokens), [authorization]);
    });
    it('rotate once, of many at once, and recognise the used refresh token', async () => {
      const { authorization, tokens } = await stored();
      const nexts = Array.from({ length: 20 }, () => newTokenPair(authorization));
      const rotation = newRotation();
      const prolongedMs = authorization.expiresAtMs + 5;
      const won = await Promise.all(
        nexts.map((next) => store().authorizations.rotate(digestOf(tokens), rotation, next, prolongedMs)),
      );
      equal(won.filter(Boolean).length, 1);
      const next = nexts[won.indexOf(true)] ?? tokens;
      const prolonged = { ...authorization, expiresAtMs: prolongedMs };
      deepEqual(await store().authorizations.findByRefreshToken(digestOf(next)), {
        authorization: prolonged,
        tokens: next,
      });
      deepEqual(await store().authorizations.findByRefreshToken(digestOf(tokens)), {
        authorization: prolonged,
        tokens: { ...tokens, rotation, accessExpiresAtMs: rotation.successorUntilMs },
      });
      for (const lost of nexts.filter((one) => one !== next))
        equal(await store().authorizations.findByAccessToken(lost.accessDigest), undefined);
    });
    it('never end earlier by a renewal, nor does an access token end later', async () => {
      const { authorization } = await stored();
      const soon = newTokenPair(authorization, { accessExpiresAtMs: nowMs + 1 });
      await store().authorizations.addTokens(soon, nowMs);
      await store().authorizations.rotate(digestOf(soon), newRotation(), newTokenPair(authorization), nowMs);
      const found = await store().authorizations.findByAccessToken(soon.accessDigest);
      equal(found?.authorization.expiresAtMs, authorization.expiresAtMs);
      equal(found.tokens.accessExpiresAtMs, nowMs + 1);
    });
    it('do not rotate by an unknown refresh token, nor for another authorization', async () => {
      const [one, two] = [await stored(), await stored()];
      const next = newTokenPair(two.authorization);
      equal(await store().authorizations.rotate('unknown', newRotation(), next, nowMs), false);
      equal(await store().authorizations.rotate(digestOf(one.tokens), newRotation(), next, nowMs), false);
      equal(await store().authorizations.findByAccessToken(next.accessDigest), undefined);
      deepEqual(await store().authorizations.findByRefreshToken(digestOf(one.tokens)), one);
    });
    it('take one more pair, until they are gone', async () => {
      const { authorization, tokens } = await stored();
      const sibling = newTokenPair(authorization);
      equal(await store().authorizations.addTokens(sibling, authorization.expiresAtMs + 1), true);
      notEqual(await store().authorizations.findByAccessToken(tokens.accessDigest), undefined);
      notEqual(await store().authorizations.findByAccessToken(sibling.accessDigest), undefined);
      await store().authorizations.revoke({ id: authorization.id });
      equal(await store().authorizations.addTokens(newTokenPair(authorization), nowMs), false);
    });
    it('lose one access token and keep the rest', async () => {
      const { tokens } = await stored();
      equal(await store().authorizations.removeAccessToken(tokens.accessDigest), true);
      equal(await store().authorizations.removeAccessToken(tokens.accessDigest), false);
      equal(await store().authorizations.removeAccessToken('unknown'), false);
      const found = await store().authorizations.findByAccessToken(tokens.accessDigest);
      equal(found === undefined || found.tokens.accessExpiresAtMs < nowMs, true);
      notEqual(await store().authorizations.findByRefreshToken(digestOf(tokens)), undefined);
    });
    it('note their latest use', async () => {
      const { authorization } = await stored();
      for (const usedAtMs of [nowMs + 5, nowMs + 3])
        await store().authorizations.touch(authorization.id, usedAtMs);
      await store().authorizations.touch('unknown', nowMs);
      deepEqual(await store().authorizations.list({}, allTokens), [
        { ...authorization, lastUsedAtMs: nowMs + 5 },
      ]);
    });
    it('are listed newest first, by page and by filter', async () => {
      const [old, newest, middle] = [
        (await stored({ createdAtMs: nowMs })).authorization,
        (await stored({ createdAtMs: nowMs + 2, userId: 'rob' })).authorization,
        (await stored({ createdAtMs: nowMs + 1, userId: null })).authorization,
      ];
      deepEqual(await store().authorizations.list({}, allTokens), [newest, middle, old]);
      deepEqual(await store().authorizations.list({}, { limit: 1, offset: 1 }), [middle]);
      deepEqual(await store().authorizations.list({ userId: 'rob' }, allTokens), [newest]);
      deepEqual(await store().authorizations.list({ linkId: old.linkId }, allTokens), [old]);
      deepEqual(await store().authorizations.list({ credentialId: middle.credentialId }, allTokens), [
        middle,
      ]);
      deepEqual(await store().authorizations.list({ id: old.id, userId: 'rob' }, allTokens), []);
    });
    it('are revoked by filter, with all their tokens', async () => {
      const [one, two] = [await stored(), await stored({ userId: 'rob' })];
      deepEqual(await store().authorizations.revoke({ userId: 'ana' }), [one.authorization]);
      deepEqual(await store().authorizations.revoke({ userId: 'ana' }), []);
      equal(await store().authorizations.findByAccessToken(one.tokens.accessDigest), undefined);
      equal(await store().authorizations.findByRefreshToken(digestOf(one.tokens)), undefined);
      deepEqual(await store().authorizations.findByAccessToken(two.tokens.accessDigest), two);
    });
    it('refuse a filter that selects everything or by an unknown field', async () => {
      await stored();
      await rejects(store().authorizations.revoke({}), Error);
      const misspelt: object = { user: 'ana' };
      await rejects(store().authorizations.revoke(misspelt), Error);
      await rejects(store().authorizations.list(misspelt, allTokens), Error);
      equal((await store().authorizations.list({}, allTokens)).length, 1);
    });
    it('go with their client, and with their link', async () => {
      const [one, two] = [await stored(), await stored()];
      const [first, second] = await store().links.list();
      if (!first || !second) throw new Error('Two links were stored.');
      await store().links.update({ ...first, clients: [] });
      await store().links.remove(second.id);
      deepEqual(await store().authorizations.list({}, allTokens), []);
      for (const { tokens } of [one, two])
        equal(await store().authorizations.findByAccessToken(tokens.accessDigest), undefined);
    });
  });
}
