/** Two connections of one process on one SQLite file: neither blocks the thread that the other needs to go on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sqliteDialect, sqliteStore, type Store } from 'express-applinks';
import { Kysely } from 'kysely';
import Libsql from 'libsql';

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

interface Notes {
  notes: { id: number; text: string };
}

describe('A SQLite file that is open twice in one process', () => {
  let folder: string;
  let other: Libsql.Database;
  let patient: Kysely<Notes>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-twice-'));
    const file = join(folder, 'shared.db');
    patient = new Kysely<Notes>({ dialect: sqliteDialect(file) });
    await patient.schema
      .createTable('notes')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.unique())
      .execute();
    other = new Libsql(file, { timeout: 0 });
  });
  after(async () => {
    await patient.destroy();
    other.close();
    rmSync(folder, { recursive: true });
  });

  let lastId = 1000;
  const add = (text: string) => {
    lastId += 1;
    return patient.insertInto('notes').values({ id: lastId, text }).returning('text').execute();
  };
  const texts = async (): Promise<string[]> =>
    (await patient.selectFrom('notes').select('text').execute()).map(({ text }) => text);

  it('is written when the other connection has ended its transaction', async () => {
    other.exec("begin immediate; insert into notes values (1, 'theirs')");
    const written = add('ours');
    const startedAtMs = performance.now();
    await sleep(30);
    expect(performance.now() - startedAtMs).to.be.lessThan(1000);
    other.exec('commit');
    expect(await written).to.deep.equal([{ text: 'ours' }]);
    expect(await texts()).to.have.members(['theirs', 'ours']);
  });

  it('is read as it is now after a statement met a busy file', async () => {
    other.exec('begin immediate');
    const written = add('later');
    await sleep(20);
    other.exec("insert into notes values (2, 'fresh'); commit");
    expect(await texts()).to.include('fresh');
    await written;
    other.exec("insert into notes values (3, 'fresher')");
    expect(await texts()).to.include('fresher');
  });

  it('is free again for the other connection when a statement failed', async () => {
    const refused = await add('later').catch((error: unknown) => (error as { code: string }).code);
    expect(refused).to.equal('SQLITE_CONSTRAINT_UNIQUE');
    other.exec("insert into notes values (4, 'free')");
    expect(await texts()).to.include('free');
  });

  it('takes transactions after a statement failed, within one and outside', async () => {
    await add('later').catch(() => undefined);
    const failing = patient.transaction().execute(async (open) => {
      await open.insertInto('notes').values({ id: 50, text: 'kept?' }).execute();
      await open.insertInto('notes').values({ id: 51, text: 'later' }).execute();
    });
    expect(await failing.catch((error: unknown) => (error as { code: string }).code)).to.equal(
      'SQLITE_CONSTRAINT_UNIQUE',
    );
    await patient.transaction().execute(async (open) => {
      await open.insertInto('notes').values({ id: 52, text: 'in a transaction' }).execute();
    });
    other.exec("insert into notes values (5, 'free again')");
    expect(await texts())
      .to.include.members(['in a transaction', 'free again'])
      .and.not.include('kept?');
  });
});
