/** The store on PostgreSQL where it differs: it restarts and fails over, its locks can form rings, its driver is optional. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { postgresStore, type Link, type Store } from 'express-applinks';
import { storedLink } from '../../../plugin/testing/store-contract/samples.js';
import { freshPostgres, type FreshPostgres } from '../../support/postgres.js';

const run = promisify(execFile);

/** An error that nobody hears ends a host's process; here mocha fails the spec that runs. */
describe('A PostgreSQL that ends the connections of the store', () => {
  let database: FreshPostgres;
  let administrator: pg.Client;
  let holder: pg.Client;

  beforeEach(async () => {
    database = await freshPostgres();
    administrator = new pg.Client({ connectionString: database.url });
    holder = new pg.Client({ connectionString: database.url });
    await Promise.all([administrator.connect(), holder.connect()]);
  });
  afterEach(async () => {
    await Promise.all([administrator.end(), holder.end()]);
    await database.drop();
  });

  const isOneTerminated = async (): Promise<boolean> => {
    const waiting = "datname = current_database() and wait_event_type = 'Lock'";
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where ${waiting}`;
    return (await administrator.query(terminate)).rowCount === 1;
  };

  /** Ends the connection of `work` in the middle of it, while it waits for a lock; then asks for something else at once. */
  async function interrupt(store: Store, work: () => Promise<unknown>): Promise<unknown> {
    await holder.query('begin; lock table applinks_links in access exclusive mode');
    const outcome = work().catch(async (error: unknown) => {
      expect(await store.settings.get('any')).to.equal(undefined);
      return error;
    });
    while (!(await isOneTerminated())) await sleep(10);
    const result = await outcome;
    await holder.query('rollback');
    // The client reports the end of its connection after the answer to the query.
    await sleep(50);
    return result;
  }

  async function expectOutlived(store: Store, link: Link): Promise<void> {
    expect(await interrupt(store, () => store.links.update({ ...link, name: 'lost' }))).to.be.instanceOf(
      Error,
    );
    expect(await interrupt(store, () => store.links.get(link.id))).to.be.instanceOf(Error);
    expect((await store.links.get(link.id))?.name).to.equal(link.name);
    expect(await store.links.update({ ...link, name: 'kept' })).to.equal(true);
  }

  it('fails what is under way, and neither the process nor the next verb', async () => {
    const store = postgresStore(database.url);
    await store.migrate();
    await expectOutlived(store, await storedLink(store));
    await store.close();
  });

  it("does no more harm on a pool of the host's own", async () => {
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => undefined);
    const store = postgresStore(pool);
    await store.migrate();
    await expectOutlived(store, await storedLink(store));
    await store.close();
    await pool.end();
  });
});

describe('Two processes that get the same requests in opposite orders', () => {
  it('accept each nonce once, and never wait for each other in a ring', async () => {
    const database = await freshPostgres();
    const stores = [postgresStore(database.url), postgresStore(database.url)];
    await stores[0]?.migrate();
    for (let round = 0; round < 10; round += 1) {
      const keys = Array.from({ length: 400 }, (_, index) => `nonce ${round} ${index}`);
      const uses = stores.map((store, index) =>
        (index === 0 ? keys : keys.toReversed()).map((key) => store.nonces.use(key, 1)),
      );
      const fresh = (await Promise.all(uses.flat())).filter((isFresh) => isFresh);
      expect(fresh).to.have.length(keys.length);
    }
    for (const store of stores) await store.close();
    await database.drop();
  });
});

describe('A store whose PostgreSQL is not there', () => {
  it('says why, without the password of its URL', async () => {
    const store = postgresStore('postgres://ci:hidden@127.0.0.1:1/applinks');
    const error = await store.migrate().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Error).with.property('code', 'ECONNREFUSED');
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.to.include('hidden');
    await store.close();
  });
});

/** Node with a resolver that knows no package `pg`. */
const withoutPg = `
  import { register } from 'node:module';
  const hook = \`export const resolve = (name, context, next) => {
    if (name === 'pg') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  };\`;
  register('data:text/javascript,' + encodeURIComponent(hook));
  const { postgresStore, sqliteStore } = await import('express-applinks');
  await sqliteStore(process.argv[1]).migrate();
  await postgresStore('postgres://ci@127.0.0.1/applinks').migrate().catch((error) => console.log(error.code, error.message));
`;

describe('The kit without the optional package pg', () => {
  it('keeps its data in SQLite, and says what PostgreSQL needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'applinks-no-pg-'));
    const file = join(folder, 'applinks.db');
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', withoutPg, file]);
    expect(stdout).to.match(/^store_unavailable .*npm install pg/);
    rmSync(folder, { recursive: true });
  });
});
