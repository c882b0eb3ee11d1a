/** Two connections of one process on one SQLite file: neither blocks the thread that the other needs to go on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sqliteDialect, sqliteStore, type Store } from 'express-applinks';
import { Kysely } from 'kysely';

interface HostTables {
  host_notes: { id: number };
}

describe("A host's own connection to the kit's SQLite file", () => {
  let folder: string;
  let store: Store;
  let host: Kysely<HostTables>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-shared-'));
    const file = join(folder, 'shared.db');
    store = sqliteStore(file);
    host = new Kysely<HostTables>({ dialect: sqliteDialect(file) });
    await Promise.all([
      store.migrate(),
      host.schema.createTable('host_notes').addColumn('id', 'integer').execute(),
    ]);
  });
  after(async () => {
    await host.destroy();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it("waits for the host's transaction without blocking it", async () => {
    const order: string[] = [];
    const transaction = host.transaction().execute(async (open) => {
      await open.insertInto('host_notes').values({ id: 1 }).execute();
      await sleep(100);
      order.push('transaction ends');
    });
    await sleep(10);
    const nonce = store.nonces.use('consumer:nonce', 1).then((fresh) => {
      order.push('nonce written');
      return fresh;
    });
    await transaction;
    expect(await nonce).to.equal(true);
    expect(order).to.deep.equal(['transaction ends', 'nonce written']);
  });

  it('lets reads of the kit pass while the host writes', async () => {
    const transaction = host.transaction().execute(async (open) => {
      await open.insertInto('host_notes').values({ id: 2 }).execute();
      expect(await store.accessTokens.get('unknown')).to.equal(undefined);
      expect(await store.links.findByConsumerKey('unknown')).to.equal(undefined);
      expect(await store.links.list()).to.deep.equal([]);
    });
    await transaction;
  });

  it('sees nothing of a transaction that is rolled back', async () => {
    const rolledBack = host.transaction().execute(async (open) => {
      await open.insertInto('host_notes').values({ id: 3 }).execute();
      throw new Error('no');
    });
    expect(await rolledBack.catch((error: unknown) => String(error))).to.equal('Error: no');
    expect(await host.selectFrom('host_notes').selectAll().where('id', '=', 3).execute()).to.deep.equal([]);
  });

  it('and the kit write many things at once, and nothing is lost', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => index + 100);
    await Promise.all(
      ids.flatMap((id) => [
        host.insertInto('host_notes').values({ id }).execute(),
        store.settings.putIfAbsent(`setting ${id}`, 'kept'),
      ]),
    );
    const rows = await host.selectFrom('host_notes').selectAll().where('id', '>=', 100).execute();
    expect(rows).to.have.length(50);
    expect(await store.settings.get('setting 149')).to.equal('kept');
  });
});
