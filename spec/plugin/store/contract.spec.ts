/** The store contract on all three stores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, postgresStore, sqliteStore } from 'express-applinks';
import { storeContract } from 'express-applinks/testing';
import { freshPostgres } from '../../support/postgres.js';

storeContract('memory', () => Promise.resolve({ store: memoryStore(), cleanup: () => Promise.resolve() }));

storeContract('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'applinks-sqlite-'));
  const cleanup = (): Promise<void> => {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  };
  return Promise.resolve({ store: sqliteStore(join(folder, 'deep', 'applinks.db')), cleanup });
});

storeContract('PostgreSQL', async () => {
  const database = await freshPostgres();
  return { store: postgresStore(database.url), cleanup: () => database.drop() };
});
