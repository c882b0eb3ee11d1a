/** Rule 4 across processes: of several on one database, one gets what may be had once. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  postgresStore,
  sqliteStore,
  type AccessToken,
  type Delivery,
  type Link,
  type Store,
} from 'express-applinks';
import {
  newDelivery,
  newOutboxEntry,
  storedWebhook,
} from '../../../plugin/testing/store-contract/bitbucket-samples.js';
import {
  allTokens,
  linkedStore,
  newAccessToken,
  newGrant,
  newLink,
  newRequestToken,
  newTransaction,
  nowMs,
  storedAccessToken,
  storedGrant,
  storedLink,
} from '../../../plugin/testing/store-contract/samples.js';
import {
  digestOf,
  linkWithClient,
  newAuthorization,
  newCode,
  newRotation,
  newTokenPair,
} from '../../../plugin/testing/store-contract/authorization-samples.js';
import { freshPostgres } from '../../support/postgres.js';
import { startRace, type Race } from '../../support/store-race.js';
import type { Task } from '../../support/store-worker.js';

const processes = 4;
const tries = 25;

interface Place {
  kind: 'sqlite' | 'postgres';
  location: string;
  open(): Store;
  remove(): Promise<void>;
}

function sqlitePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'applinks-race-'));
  const location = join(folder, 'applinks.db');
  const remove = (): Promise<void> => {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  };
  return Promise.resolve({ kind: 'sqlite', location, open: () => sqliteStore(location), remove });
}

async function postgresPlace(): Promise<Place> {
  const database = await freshPostgres();
  const { url: location } = database;
  return { kind: 'postgres', location, open: () => postgresStore(location), remove: () => database.drop() };
}

for (const [name, makePlace] of [
  ['one SQLite file', sqlitePlace],
  ['PostgreSQL', postgresPlace],
] as const) {
  describe(`${processes} processes on ${name}`, () => {
    let place: Place;
    let race: Race<Task>;
    let store: Store;
    const wins = (results: readonly unknown[][]): number =>
      results.flat().filter((won) => won === true).length;

    before(async () => {
      place = await makePlace();
      race = await startRace(place.kind, place.location, processes);
      await race.run(() => ({ verb: 'migrate' }));
      store = place.open();
    });
    after(async () => {
      await race.end();
      await store.close();
      await place.remove();
    });

    it('start on an empty database at once, and all find the schema', async () => {
      expect(await store.links.list()).to.deep.equal([]);
    });

    it('agree on a setting', async () => {
      const kept = await race.run((index) => ({
        verb: 'putIfAbsent',
        name: 'server_id',
        value: `value ${index}`,
      }));
      expect(new Set(kept.flat()).size).to.equal(1);
      expect(await store.settings.get('server_id')).to.equal(kept[0]?.[0]);
    });

    it('accept each of many equal nonces once', async () => {
      const keys = Array.from({ length: tries }, (_, index) => `nonce ${index}`);
      expect(wins(await race.run(() => ({ verb: 'nonces', keys })))).to.equal(tries);
    });

    it('swap a request token once', async () => {
      const link = await storedLink(store);
      const [request] = await storedGrant(store, link);
      const accessTokens = (): AccessToken[] => Array.from({ length: tries }, () => newAccessToken(link));
      const results = await race.run(() => ({
        verb: 'exchange',
        digest: request.digest,
        accessTokens: accessTokens(),
      }));
      expect(wins(results)).to.equal(1);
      expect(await store.accessTokens.list({ linkId: link.id }, allTokens)).to.have.length(1);
    });

    it('renew an access token once', async () => {
      const link = await storedLink(store);
      const { id, digest, sessionHandleDigest: handle } = await storedAccessToken(store, link);
      const next = (): AccessToken[] => Array.from({ length: tries }, () => newAccessToken(link, { id }));
      expect(wins(await race.run(() => ({ verb: 'renew', digest, handle, next: next() })))).to.equal(1);
      expect(await store.accessTokens.list({ linkId: link.id }, allTokens)).to.have.length(1);
    });

    it('exchange a code of OAuth 2.0 once, and find a replay afterwards', async () => {
      const link = await linkWithClient(store);
      const code = newCode(link);
      await store.codes.create(code);
      const issues = () =>
        Array.from({ length: tries }, () => {
          const authorization = newAuthorization(link);
          return { authorization, tokens: newTokenPair(authorization) };
        });
      const results = await race.run(() => ({ verb: 'exchangeCode', digest: code.digest, issues: issues() }));
      expect(wins(results)).to.equal(1);
      const [only, ...more] = await store.authorizations.list({ linkId: link.id }, allTokens);
      expect(more).to.deep.equal([]);
      expect((await store.codes.get(code.digest))?.authorizationId).to.equal(only?.id);
    });

    it('rotate a refresh token once, and leave one successor', async () => {
      const authorization = newAuthorization(await linkWithClient(store));
      const tokens = newTokenPair(authorization);
      await store.authorizations.create(authorization, tokens);
      const nexts = Array.from({ length: processes }, () =>
        Array.from({ length: tries }, () => newTokenPair(authorization)),
      );
      const results = await race.run((index) => ({
        ...{ verb: 'rotate', refreshDigest: digestOf(tokens), rotation: newRotation() },
        ...{ next: nexts[index] ?? [], expiresAtMs: authorization.expiresAtMs },
      }));
      expect(wins(results)).to.equal(1);
      const known = await Promise.all(
        nexts.flat().map((next) => store.authorizations.findByRefreshToken(digestOf(next))),
      );
      expect(known.filter((found) => found !== undefined)).to.have.length(1);
    });

    it('claim each authorisation under way once', async () => {
      const link = await linkedStore(store);
      const transactions = Array.from({ length: tries }, () => newTransaction(link));
      for (const transaction of transactions) await store.transactions.create(transaction);
      expect(wins(await race.run(() => ({ verb: 'claim', transactions })))).to.equal(tries);
    });

    it('renew each grant in one of them', async () => {
      const ids: string[] = [];
      for (let index = 0; index < tries; index += 1) {
        const grant = newGrant(await linkedStore(store));
        await store.grants.put(grant);
        ids.push(grant.id);
      }
      expect(wins(await race.run(() => ({ verb: 'claimRenewal', ids })))).to.equal(tries);
    });

    it('leave no token of a link that one of them deletes while others exchange', async () => {
      const links: Link[] = [];
      const swaps: { digest: string; accessToken: AccessToken }[] = [];
      for (let index = 0; index < tries; index += 1) {
        const link = await linkedStore(store);
        const [request] = await storedGrant(store, link);
        links.push(link);
        swaps.push({ digest: request.digest, accessToken: newAccessToken(link) });
      }
      await race.run((index) => {
        if (index === 0) return { verb: 'removeLinks', ids: links.map(({ id }) => id).reverse() };
        return index === 1
          ? { verb: 'putGrants', grants: links.map((link) => newGrant(link)) }
          : { verb: 'swapEach', swaps };
      });
      for (const { id: linkId } of links) {
        expect(await store.accessTokens.list({ linkId }, allTokens)).to.deep.equal([]);
        expect(await store.grants.list({ linkId }, allTokens)).to.deep.equal([]);
      }
    });

    it('queue each delivery once', async () => {
      const webhook = await storedWebhook(store);
      const deliveries = (): Delivery[] =>
        Array.from({ length: tries }, (_, index) => newDelivery(webhook, { requestId: `request ${index}` }));
      const results = await race.run(() => ({ verb: 'putDeliveries', deliveries: deliveries() }));
      expect(results.flat().filter((result) => result === 'queued')).to.have.length(tries);
      await store.webhooks.remove(webhook.id);
    });

    it('act on one delivery of a repository at a time, the oldest, and on each of many repositories', async () => {
      const webhook = await storedWebhook(store);
      const orderKeys = Array.from({ length: tries }, (_, index) => `repository ${index}`);
      const firsts = orderKeys.map((orderKey) => newDelivery(webhook, { orderKey }));
      const seconds = orderKeys.map((orderKey) => newDelivery(webhook, { orderKey }));
      for (const delivery of [...firsts, ...seconds]) await store.deliveries.put(delivery);
      const results = await race.run(() => ({ verb: 'claimDeliveries', nowMs, tries }));
      const claimed = results.flat().filter((id) => typeof id === 'string');
      expect(claimed.sort()).to.deep.equal(firsts.map(({ id }) => id).sort());
    });

    it('claim each entry of the outbox once', async () => {
      const link = await storedLink(store);
      const entries = Array.from({ length: tries }, () => newOutboxEntry(link));
      for (const entry of entries) await store.outbox.put(entry);
      const results = await race.run(() => ({ verb: 'claimOutbox', nowMs, tries }));
      const claimed = results.flat().filter((id) => typeof id === 'string');
      expect(claimed.sort()).to.deep.equal(entries.map(({ id }) => id).sort());
    });

    it('make one link to an installation', async () => {
      const applicationIds = Array.from({ length: tries }, () => randomUUID());
      const links = (): Link[] =>
        applicationIds.map((applicationId) => newLink({ applicationId, incoming: [] }));
      const results = await race.run(() => ({ verb: 'createLinks', links: links() }));
      expect(wins(results)).to.equal(tries);
      expect(new Set(results.flat())).to.deep.equal(new Set([true, 'link_exists']));
    });

    it('replace a setting once', async () => {
      await store.settings.putIfAbsent('ring', 'old');
      const results = await race.run((index) => ({
        verb: 'replace',
        name: 'ring',
        expected: 'old',
        value: `new ${index}`,
      }));
      expect(wins(results)).to.equal(1);
    });

    it('decide each request token once', async () => {
      const link = await storedLink(store);
      const tokens = Array.from({ length: tries }, () => newRequestToken(link));
      for (const token of tokens) await store.requestTokens.create(token);
      const digests = tokens.map(({ digest }) => digest);
      const results = await race.run((index) => ({ verb: 'decide', digests, userId: `user ${index}` }));
      expect(wins(results)).to.equal(tries);
    });
  });
}
