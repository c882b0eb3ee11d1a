/** Wires jobs, queue and runner: everything of the CI server that isn't a page. */
import type { Database } from '../database.js';
import type { DataFolder } from '../data-folder.js';
import type { Addresses } from '../web/addresses.js';
import type { Build } from './build.js';
import { createBuilds, type Builds } from './builds.js';
import { createClaims } from './claims.js';
import { ensureDemonstration } from './demonstration.js';
import { createJobs, type Jobs } from './jobs.js';
import { createLogs, type Logs } from './logs.js';
import { createQueue, type Queue } from './queue.js';
import { createRunner } from './runner.js';
import { createSettings, type Settings } from './settings.js';

export interface Ci {
  jobs: Jobs;
  builds: Builds;
  logs: Logs;
  settings: Settings;
  queue: Queue;
}

export interface CiOptions {
  database: Database;
  folder: DataFolder;
  addresses: Addresses;
  onFinished: (build: Build) => void;
  onError: (error: unknown) => void;
}

export async function createCi({ database, folder, addresses, onFinished, onError }: CiOptions): Promise<Ci> {
  const { serverId } = folder.secrets;
  const jobs = createJobs(database);
  const builds = createBuilds(database);
  const settings = createSettings(database);
  const logs = createLogs((buildId) => folder.file('builds', `${buildId}.log`));
  const demonstrationRepository = folder.file('demonstration-repository');
  await ensureDemonstration(demonstrationRepository, jobs, settings);
  const run = createRunner({
    builds,
    jobs,
    logs,
    demonstrationRepository,
    buildUrl: addresses.build,
    serverId,
  });
  const queue = createQueue({
    builds,
    claims: createClaims(database),
    settings,
    logs,
    run,
    serverId,
    onFinished,
    onError,
  });
  return { jobs, builds, logs, settings, queue };
}
