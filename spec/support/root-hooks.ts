/** Mocha root hooks that belong to no other file of this folder: ends the PostgreSQL of the run. */
import { stopPostgres } from './postgres.js';

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopPostgres();
  },
};
