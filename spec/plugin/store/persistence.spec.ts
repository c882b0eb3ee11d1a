/** What survives a restart, who may read the file, and which database is refused. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Libsql from 'libsql';
import pg from 'pg';
import { ApplinksError, postgresStore, sqliteStore, type Store } from 'express-applinks';
import {
  newRequestToken,
  nowMs,
  storedAccessToken,
  storedLink,
} from '../../../plugin/testing/store-contract/samples.js';
import { freshPostgres } from '../../support/postgres.js';

async function expectKept(before: Store, after: Store): Promise<void> {
  await before.migrate();
  const link = await storedLink(before);
  const access = await storedAccessToken(before, link);
  const request = newRequestToken(link);
  await before.requestTokens.create(request);
  await before.settings.putIfAbsent('server_id', 'kept');
  await before.nonces.use('used', nowMs);
  await before.close();

  await after.migrate();
  expect(await after.links.list()).to.deep.equal([link]);
  expect(await after.accessTokens.get(access.digest)).to.deep.equal(access);
  expect(await after.requestTokens.get(request.digest)).to.deep.equal(request);
  expect(await after.settings.putIfAbsent('server_id', 'other')).to.equal('kept');
  expect(await after.nonces.use('used', nowMs)).to.equal(false);
  await after.close();
}

async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof ApplinksError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('The SQLite store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-sqlite-'));
    file = join(folder, 'data', 'applinks.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps everything over a restart', () => expectKept(sqliteStore(file), sqliteStore(file)));

  it('is for its owner only, the files beside it too', async () => {
    const store = sqliteStore(file);
    await store.migrate();
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).to.equal(0o700);
    await store.close();
  });

  it('takes away the rights that others had on an existing file', async () => {
    const loose = join(folder, 'loose.db');
    writeFileSync(loose, '', { mode: 0o644 });
    const store = sqliteStore(loose);
    await store.migrate();
    expect(statSync(loose).mode & 0o777).to.equal(0o600);
    await store.close();
  });

  it('of newer code is refused untouched, with a sentence that says what to do', async () => {
    const first = sqliteStore(file);
    await first.migrate();
    await first.close();
    const database = new Libsql(file);
    database.exec('insert into applinks_migrations values (999)');
    database.close();
    const store = sqliteStore(file);
    expect(await codeOf(store.migrate())).to.match(/^database_too_new: .*version 999.*Install the newer/);
    await store.close();
  });
});

describe('The PostgreSQL store', () => {
  let database: Awaited<ReturnType<typeof freshPostgres>>;
  beforeEach(async () => {
    database = await freshPostgres();
  });
  afterEach(() => database.drop());

  it('keeps everything over a restart', () =>
    expectKept(postgresStore(database.url), postgresStore(database.url)));

  it('works on a pool of the host and leaves it open', async () => {
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => undefined);
    const store = postgresStore(pool);
    await store.migrate();
    await store.close();
    expect((await pool.query('select 1 as one')).rows).to.deep.equal([{ one: 1 }]);
    await pool.end();
  });

  it('of newer code is refused untouched', async () => {
    const first = postgresStore(database.url);
    await first.migrate();
    await first.close();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('insert into applinks_migrations values (999)');
    await client.end();
    const store = postgresStore(database.url);
    expect(await codeOf(store.migrate())).to.match(/^database_too_new/);
    await store.close();
  });

  it('survives the loss of its idle connections', async () => {
    const store = postgresStore(database.url);
    await store.migrate();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    );
    await client.end();
    // A statement that is under way on a connection that has just gone may fail; the next one must not.
    await store.links.list().catch(() => undefined);
    expect(await store.links.list()).to.deep.equal([]);
    await store.close();
  });
});
