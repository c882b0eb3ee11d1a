/**
 * One process of a race: opens the store that it is told, says that it is ready, waits for the word, and does the verb
 * as often as it is told. Run by store-race.ts.
 */
import {
  postgresStore,
  sqliteStore,
  type AccessToken,
  type Authorization,
  type Delivery,
  type Grant,
  type Link,
  type Rotation,
  type Store,
  type TokenPair,
  type Transaction,
} from 'express-applinks';

/** What a worker is asked to do. */
export type Task =
  | { verb: 'migrate' }
  | { verb: 'putIfAbsent'; name: string; value: string }
  | { verb: 'nonces'; keys: string[] }
  | { verb: 'exchange'; digest: string; accessTokens: AccessToken[] }
  | { verb: 'renew'; digest: string; handle: string; next: AccessToken[] }
  | { verb: 'decide'; digests: string[]; userId: string }
  | { verb: 'swapEach'; swaps: { digest: string; accessToken: AccessToken }[] }
  | { verb: 'putGrants'; grants: Grant[] }
  | { verb: 'removeLinks'; ids: string[] }
  | { verb: 'claimRenewal'; ids: string[] }
  | { verb: 'claim'; transactions: Transaction[] }
  | { verb: 'exchangeCode'; digest: string; issues: { authorization: Authorization; tokens: TokenPair }[] }
  | { verb: 'rotate'; refreshDigest: string; rotation: Rotation; next: TokenPair[]; expiresAtMs: number }
  | { verb: 'putDeliveries'; deliveries: Delivery[] }
  | { verb: 'claimDeliveries'; nowMs: number; tries: number }
  | { verb: 'claimOutbox'; nowMs: number; tries: number }
  | { verb: 'createLinks'; links: Link[] }
  | { verb: 'replace'; name: string; expected: string; value: string };

const [kind = '', location = ''] = process.argv.slice(2);
const store: Store = kind === 'sqlite' ? sqliteStore(location) : postgresStore(location);

async function perform(task: Task): Promise<unknown[]> {
  switch (task.verb) {
    case 'migrate':
      await store.migrate();
      return [await store.links.list()];
    case 'putIfAbsent':
      return [await store.settings.putIfAbsent(task.name, task.value)];
    case 'nonces':
      return inTurn(task.keys, (key) => store.nonces.use(key, 1));
    case 'exchange':
      return inTurn(task.accessTokens, (token) => store.requestTokens.exchange(task.digest, token));
    case 'swapEach':
      return inTurn(task.swaps, ({ digest, accessToken }) =>
        store.requestTokens.exchange(digest, accessToken),
      );
    case 'putGrants':
      return inTurn(task.grants, (grant) => store.grants.put(grant));
    case 'removeLinks':
      return inTurn(task.ids, (id) => store.links.remove(id));
    case 'renew':
      return inTurn(task.next, (token) => store.accessTokens.renew(task.digest, task.handle, token));
    case 'claimRenewal':
      return inTurn(task.ids, (id) => store.grants.claimRenewal(id, 0, 1, 2));
    case 'claim':
      return inTurn(task.transactions, async (transaction) => {
        const claimed = await store.transactions.claim(transaction.digest, transaction);
        return claimed !== undefined;
      });
    case 'exchangeCode':
      return inTurn(task.issues, ({ authorization, tokens }) =>
        store.codes.exchange(task.digest, authorization, tokens),
      );
    case 'rotate':
      return inTurn(task.next, (next) =>
        store.authorizations.rotate(task.refreshDigest, task.rotation, next, task.expiresAtMs),
      );
    case 'putDeliveries':
      return inTurn(task.deliveries, (delivery) => store.deliveries.put(delivery));
    case 'claimDeliveries':
      return inTurn(Array<number>(task.tries).fill(task.nowMs), async (nowMs) => {
        const claimed = await store.deliveries.claim(nowMs, nowMs + 1000);
        return claimed?.id;
      });
    case 'claimOutbox':
      return inTurn(Array<number>(task.tries).fill(task.nowMs), async (nowMs) => {
        const claimed = await store.outbox.claim(nowMs, nowMs + 1000);
        return claimed?.id;
      });
    case 'createLinks':
      return inTurn(task.links, (link) =>
        store.links.create(link).then(
          () => true,
          (error: unknown) => (error as { code?: string }).code,
        ),
      );
    case 'replace':
      return [await store.settings.replace(task.name, task.expected, task.value)];
    case 'decide':
      return inTurn(task.digests, (digest) =>
        store.requestTokens.decide(digest, { outcome: 'denied', userId: task.userId }),
      );
  }
}

async function inTurn<T>(items: readonly T[], verb: (item: T) => Promise<unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const item of items) results.push(await verb(item));
  return results;
}

process.on('message', (task: Task) => {
  perform(task).then(
    (results) => process.send?.({ results }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => void store.close());
process.send?.('ready');
