/**
 * The contract of a store as one mocha suite: what store.ts says in prose, as cases. The kit's own stores run it, and
 * so does a store of one's own: `storeContract('my store', async () => ({ store, cleanup }))` in a spec file.
 */
import type { Store } from '../../store/store.js';
import { accessTokenCases } from './access-token-cases.js';
import { authorizationCases } from './authorization-cases.js';
import { clientCases } from './client-cases.js';
import { codeCases } from './code-cases.js';
import { deliveryCases } from './delivery-cases.js';
import { grantCases } from './grant-cases.js';
import { linkCases } from './link-cases.js';
import { noteCases } from './note-cases.js';
import { outboxCases } from './outbox-cases.js';
import { requestTokenCases } from './request-token-cases.js';
import { settingCases } from './setting-cases.js';
import type { Subject } from './subject.js';
import { sweepCases } from './sweep-cases.js';
import { transactionCases } from './transaction-cases.js';
import { webhookCases } from './webhook-cases.js';

export interface StoreUnderTest {
  /** Empty, and not yet migrated. */
  store: Store;
  /** Ends what `make` began; the store is closed already. */
  cleanup(): Promise<void>;
}

/** @param make is called once per case. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`The store contract: ${name}`, () => {
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await make();
      await subject.store.migrate();
    });
    afterEach(async () => {
      await subject.store.close();
      await subject.cleanup();
    });
    const store: Subject = () => subject.store;

    settingCases(store);
    linkCases(store);
    clientCases(store);
    requestTokenCases(store);
    accessTokenCases(store);
    codeCases(store);
    authorizationCases(store);
    transactionCases(store);
    grantCases(store);
    noteCases(store);
    webhookCases(store);
    deliveryCases(store);
    outboxCases(store);
    sweepCases(store);
  });
}
