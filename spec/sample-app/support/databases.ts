/** Runs a suite on a fresh SQLite file, and on a fresh database of a real PostgreSQL. */
import { join } from 'node:path';
import { openDatabase, type Database } from '../../../sample-app/database.js';
import { freshPostgres } from '../../support/postgres.js';
import { temporaryFolder } from './temporary-folder.js';

export interface TestDatabase {
  /** There from `before` on. */
  get(): Database;
  /** A second connection to the same database, as another server has it; closed with the first. */
  another(): Promise<Database>;
}

export function onEachDatabase(suite: (database: TestDatabase) => void): void {
  describe('on SQLite', () => {
    const database = testDatabase(() => openDatabase(join(folder.path, 'ci.db'), undefined));
    const folder = temporaryFolder(database.close);
    database.openBefore();
    suite(database);
  });
  describe('on PostgreSQL', function () {
    this.timeout(60_000);
    let postgres: { url: string; drop(): Promise<void> } | undefined;
    before(async () => {
      postgres = await freshPostgres();
    });
    const database = testDatabase(() => openDatabase('', postgres?.url));
    database.openBefore();
    suite(database);
    after(async () => {
      await database.close();
      await postgres?.drop();
    });
  });
}

function testDatabase(
  open: () => Promise<Database>,
): TestDatabase & { openBefore: () => void; close: () => Promise<unknown> } {
  const opened: Database[] = [];
  const another = async (): Promise<Database> => {
    const database = await open();
    opened.push(database);
    return database;
  };
  return {
    openBefore: () => before(() => another().then(() => undefined)),
    close: () => Promise.all(opened.map((database) => database.destroy())),
    another,
    get: () => {
      const [first] = opened;
      if (first === undefined) throw new Error('The database is not open yet.');
      return first;
    },
  };
}
