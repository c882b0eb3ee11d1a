/** What the routes of jobs and builds work with. */
import type { RequestHandler } from 'express';
import type { Permission } from '../accounts/permissions.js';
import type { Builds } from '../ci/builds.js';
import type { Jobs } from '../ci/jobs.js';
import type { Logs } from '../ci/logs.js';
import type { Queue } from '../ci/queue.js';
import type { Config } from '../config.js';
import type { Addresses } from './addresses.js';

export interface CiParts {
  config: Pick<Config, 'basePath' | 'baseUrl'>;
  jobs: Jobs;
  builds: Builds;
  logs: Logs;
  queue: Pick<Queue, 'wake'>;
  addresses: Addresses;
  allow: (permission: Permission) => RequestHandler;
}
