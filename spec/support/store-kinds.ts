/** The two stores that every machine has, for specs of what must be atomic. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, sqliteStore, type Store } from 'express-applinks';

export interface StorePlace {
  open(): Store;
  remove(): void;
}

export const storeKinds: readonly (readonly [name: string, make: () => StorePlace])[] = [
  ['memory', () => ({ open: () => memoryStore(), remove: () => undefined })],
  [
    'SQLite',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'applinks-oauth2-'));
      return {
        open: () => sqliteStore(join(folder, 'applinks.db')),
        remove: () => rmSync(folder, { recursive: true }),
      };
    },
  ],
];
