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
    const folder = temporaryFolder();
    suite(testDatabase(() => openDatabase(join(folder.path, 'ci.db'), undefined)));
  });
  describe('on PostgreSQL', function () {
    this.timeout(60_000);
    let postgres: { url: string; drop(): Promise<void> } | undefined;
    before(async () => {
      postgres = await freshPostgres();
    });
    suite(testDatabase(() => openDatabase('', postgres?.url)));
    after(() => postgres?.drop());
  });
}

function testDatabase(open: () => Promise<Database>): TestDatabase {
  const opened: Database[] = [];
  const another = async (): Promise<Database> => {
    const database = await open();
    opened.push(database);
    return database;
  };
  before(() => another().then(() => undefined));
  after(() => Promise.all(opened.map((database) => database.destroy())));
  return {
    another,
    get: () => {
      const [first] = opened;
      if (first === undefined) throw new Error('The database is not open yet.');
      return first;
    },
  };
}
