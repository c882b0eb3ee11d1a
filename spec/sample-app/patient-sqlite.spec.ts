import { expect } from 'chai';
import { Kysely } from 'kysely';
import Libsql from 'libsql';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { patientSqlite } from '../../sample-app/patient-sqlite.js';
import { temporaryFolder } from './support/temporary-folder.js';

interface Tables {
  notes: { id: number; text: string };
}

describe('a SQLite file that is open twice in one process', () => {
  const folder = temporaryFolder(async () => {
    await patient.destroy();
    other.close();
  });
  let other: Libsql.Database;
  let patient: Kysely<Tables>;

  before(async () => {
    const file = join(folder.path, 'shared.db');
    patient = new Kysely<Tables>({ dialect: patientSqlite(file) });
    await patient.schema
      .createTable('notes')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.unique())
      .execute();
    other = new Libsql(file, { timeout: 0 });
  });

  const add = (text: string) =>
    patient.insertInto('notes').values({ id: Date.now(), text }).returning('text').execute();
  const texts = async (): Promise<string[]> =>
    (await patient.selectFrom('notes').select('text').execute()).map(({ text }) => text);

  it('is written when the other connection has ended its transaction, without blocking the thread meanwhile', async () => {
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
});
