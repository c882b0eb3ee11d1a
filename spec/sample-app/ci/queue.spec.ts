import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Build, Outcome } from '../../../sample-app/ci/build.js';
import { createBuilds, type Builds } from '../../../sample-app/ci/builds.js';
import { createClaims } from '../../../sample-app/ci/claims.js';
import { createJobs } from '../../../sample-app/ci/jobs.js';
import { createLogs } from '../../../sample-app/ci/logs.js';
import { createQueue, type Queue } from '../../../sample-app/ci/queue.js';
import { openDatabase, type Database } from '../../../sample-app/database.js';
import { join } from 'node:path';
import { demoJob } from '../support/runner-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

const starter = { userId: 'u1', userName: 'ada', via: null };

describe('the queue', () => {
  const folder = temporaryFolder(() => database.destroy());
  let database: Database;
  let builds: Builds;
  let jobId = '';
  let executors = 2;
  let runs: { build: Build; finish: (outcome: Outcome) => void; signal: AbortSignal }[] = [];
  let finished: Build[] = [];
  let errors: unknown[] = [];
  let stop = new AbortController();
  let work: Promise<void> = Promise.resolve();

  before(async () => {
    database = await openDatabase(join(folder.path, 'ci.db'), undefined);
    builds = createBuilds(database);
    jobId = (await createJobs(database).create({ ...demoJob, name: 'job' }))?.id ?? '';
  });

  const start = (serverId = 's1'): Queue => {
    const queue = createQueue({
      builds,
      claims: createClaims(database),
      settings: { executors: () => Promise.resolve(executors) },
      logs: createLogs((id) => join(folder.path, `${id}.log`)),
      serverId,
      run: (build, signal) =>
        new Promise((finish) => {
          runs.push({ build, finish, signal });
          signal.addEventListener('abort', () => {
            const { status, message } = signal.reason as { status: Outcome['status']; message: string };
            finish({ status, reason: message });
          });
        }),
      onFinished: (build) => finished.push(build),
      onError: (error) => errors.push(error),
    });
    stop = new AbortController();
    work = queue.work(stop.signal);
    return queue;
  };

  beforeEach(async () => {
    await database.deleteFrom('ci_builds').execute();
    [executors, runs, finished, errors] = [2, [], [], []];
  });
  afterEach(async () => {
    stop.abort();
    await work;
    expect(errors).to.deep.equal([]);
  });

  const add = async (queue: Queue): Promise<Build> => {
    const build = await builds.enqueue(jobId, starter, {});
    queue.wake();
    return build ?? expect.fail('not queued');
  };

  it('runs as many builds at once as there are executors, and the next when one ends', async () => {
    const queue = start();
    for (let count = 0; count < 4; count += 1) await add(queue);
    await eventually(() => runs.length === 2 || undefined);
    await sleep(50);
    expect([runs.length, queue.running()]).to.deep.equal([2, 2]);
    runs[0]?.finish({ status: 'succeeded', reason: null });
    await eventually(() => runs.length === 3 || undefined);
    expect(finished.map(({ number, status }) => [number, status])).to.deep.equal([[1, 'succeeded']]);
  });

  it('heeds a change of the number of executors, zero included', async () => {
    executors = 0;
    const queue = start();
    await add(queue);
    await sleep(50);
    expect(runs).to.have.length(0);
    executors = 1;
    queue.wake();
    await eventually(() => runs.length === 1 || undefined);
  });

  it('stops a running build that somebody wants stopped', async () => {
    const queue = start();
    const build = await add(queue);
    await eventually(() => runs.length === 1 || undefined);
    await builds.requestStop(build.id, 'bob');
    queue.wake();
    const ended = await eventually(() => finished[0]);
    expect(ended).to.include({ status: 'stopped', reason: 'Stopped by bob.' });
  });

  it('marks what runs as interrupted when the server is stopped, and keeps what waits', async () => {
    executors = 1;
    const queue = start();
    const [first, second] = [await add(queue), await add(queue)];
    await eventually(() => runs.length === 1 || undefined);
    stop.abort();
    await work;
    expect((await builds.get(first.id))?.status).to.equal('interrupted');
    expect((await builds.get(second.id))?.status).to.equal('queued');
    expect(queue.running()).to.equal(0);
  });

  it('goes on with what waited when it is started again', async () => {
    const build = await builds.enqueue(jobId, starter, {});
    start();
    const run = await eventually(() => runs[0]);
    expect(run.build.id).to.equal(build?.id);
  });

  it('finds at its start what it was running when it died, and says so in the log', async () => {
    const build = await builds.enqueue(jobId, starter, {});
    await createClaims(database).claim('s1');
    start('s1');
    const ended = await eventually(() => finished[0]);
    expect(ended).to.include({ id: build?.id, status: 'interrupted' });
    const logs = createLogs((id) => join(folder.path, `${id}.log`));
    expect((await logs.read(ended.id, 0, 1000)).toString()).to.match(/Finished: interrupted\n$/);
  });

  it('leaves alone what another server runs', async () => {
    const build = await builds.enqueue(jobId, starter, {});
    await createClaims(database).claim('s2');
    start('s1');
    await sleep(50);
    expect((await builds.get(build?.id ?? ''))?.status).to.equal('running');
  });
});
