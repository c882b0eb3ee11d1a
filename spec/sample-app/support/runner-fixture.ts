/** A runner on a demonstration repository of its own, without server and database. */
import { join } from 'node:path';
import type { Build } from '../../../sample-app/ci/build.js';
import { ensureDemonstration } from '../../../sample-app/ci/demonstration.js';
import type { Job } from '../../../sample-app/ci/jobs.js';
import { createLogs } from '../../../sample-app/ci/logs.js';
import { createRunner, type RunnerParts } from '../../../sample-app/ci/runner.js';

export const serverId = `runner-spec-${process.pid}`;

export const demoJob: Job = {
  id: 'job',
  name: 'demo',
  description: '',
  gitUrl: '',
  branch: 'main',
  script: null,
  environment: {},
  parameters: {},
  timeLimitSeconds: 60,
  enabled: true,
  isDemonstration: true,
};

export interface RunnerFixture {
  /** Runs `script` (null: ci.json) and tells what came of it. */
  run(
    job: Partial<Job>,
    options?: { signal?: AbortSignal; parameters?: Record<string, string>; parts?: Partial<RunnerParts> },
  ): Promise<{ status: string; reason: string | null; log: string; commit: string | null }>;
  /** Log of the build that is running or ran last. */
  log(): Promise<string>;
  repository: string;
}

export async function runnerFixture(folder: string): Promise<RunnerFixture> {
  const repository = join(folder, 'demonstration-repository');
  await ensureDemonstration(
    repository,
    { create: () => Promise.resolve(undefined) },
    { claimOnce: () => Promise.resolve(false) },
  );
  const logs = createLogs((id) => join(folder, `${id}.log`));
  let number = 0;
  const log = async (): Promise<string> =>
    (await logs.read(`build-${number}`, 0, 16 * 1024 * 1024)).toString('utf8');
  return {
    repository,
    log,
    run: async (job, { signal = new AbortController().signal, parameters = {}, parts = {} } = {}) => {
      number += 1;
      let commit: string | null = null;
      const runner = createRunner({
        builds: { setCommit: (_id, value) => Promise.resolve(void (commit = value)) },
        jobs: { get: () => Promise.resolve({ ...demoJob, ...job }) },
        logs,
        demonstrationRepository: repository,
        buildUrl: (_job, build) => `http://ci.example.com/job/demo/${build.number}/`,
        serverId,
        graceMs: 200,
        ...parts,
      });
      const outcome = await runner(buildNumbered(number, parameters), signal);
      return { ...outcome, log: await log(), commit };
    },
  };
}

function buildNumbered(number: number, parameters: Record<string, string>): Build {
  return {
    id: `build-${number}`,
    jobId: 'job',
    number,
    status: 'running',
    parameters,
    startedBy: { userId: 'u1', userName: 'ada', via: 'Bitbucket' },
    commit: null,
    reason: null,
    stopRequestedBy: null,
    queuedAtMs: 1,
    startedAtMs: 2,
    finishedAtMs: null,
  };
}
