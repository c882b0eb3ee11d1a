import { expect } from 'chai';
import { createBuilds, type Builds } from '../../../sample-app/ci/builds.js';
import { createClaims, leaseMs, type Claims } from '../../../sample-app/ci/claims.js';
import { createJobs, type Job } from '../../../sample-app/ci/jobs.js';
import { onEachDatabase } from '../support/databases.js';
import { demoJob } from '../support/runner-fixture.js';

const starter = { userId: 'u1', userName: 'ada', via: null };

describe('builds and their queue', () => {
  onEachDatabase((database) => {
    let nowMs = 1_000_000;
    let builds: Builds;
    let claims: Claims;
    let jobs = 0;

    const newJob = async (settings: Partial<Job> = {}): Promise<Job> => {
      jobs += 1;
      const job = await createJobs(database.get()).create({ ...demoJob, name: `job-${jobs}`, ...settings });
      return job ?? expect.fail('the name is taken');
    };

    beforeEach(async () => {
      nowMs = 1_000_000;
      await database.get().deleteFrom('ci_builds').execute();
      builds = createBuilds(database.get(), () => nowMs);
      claims = createClaims(database.get(), () => nowMs);
    });

    it('numbers the builds of each job from 1', async () => {
      const [one, other] = [await newJob(), await newJob()];
      const numbers = [];
      for (const job of [one, one, other, one])
        numbers.push((await builds.enqueue(job.id, starter, {}))?.number);
      expect(numbers).to.deep.equal([1, 2, 1, 3]);
    });

    it('gives numbers without gaps or duplicates to concurrent requests of two servers', async () => {
      const job = await newJob();
      const elsewhere = createBuilds(await database.another(), () => nowMs);
      const queued = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? builds : elsewhere).enqueue(job.id, starter, {}),
        ),
      );
      const numbers = queued.map((build) => build?.number).sort((a = 0, b = 0) => a - b);
      expect(numbers).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
    });

    it('keeps what it was given', async () => {
      const job = await newJob();
      const queued = await builds.enqueue(job.id, { ...starter, via: 'Bitbucket' }, { TARGET: 'ünï' });
      const build = await builds.get(queued?.id ?? '');
      expect(build).to.include({
        jobId: job.id,
        number: 1,
        status: 'queued',
        queuedAtMs: nowMs,
        commit: null,
      });
      expect(build?.parameters).to.deep.equal({ TARGET: 'ünï' });
      expect(build?.startedBy).to.deep.equal({ userId: 'u1', userName: 'ada', via: 'Bitbucket' });
    });

    it('queues nothing for a disabled or deleted job', async () => {
      const job = await newJob({ enabled: false });
      expect(await builds.enqueue(job.id, starter, {})).to.equal(undefined);
      expect(await builds.enqueue('no-such-job', starter, {})).to.equal(undefined);
    });

    it('refuses when a hundred builds of the job are waiting', async () => {
      const job = await newJob();
      for (let count = 0; count < 100; count += 1) await builds.enqueue(job.id, starter, {});
      expect(await builds.enqueue(job.id, starter, {})).to.equal(undefined);
      expect(await builds.waiting()).to.equal(100);
      await claims.claim('s1');
      expect((await builds.enqueue(job.id, starter, {}))?.number).to.equal(101);
    });

    it('lists the newest first, page by page, and the latest of each job', async () => {
      const [one, other] = [await newJob(), await newJob()];
      for (const job of [one, one, one, other]) await builds.enqueue(job.id, starter, {});
      const page = await builds.list(one.id, { limit: 2 });
      expect(page.map(({ number }) => number)).to.deep.equal([3, 2]);
      const rest = await builds.list(one.id, { limit: 2, beforeNumber: 2 });
      expect(rest.map(({ number }) => number)).to.deep.equal([1]);
      const latest = await builds.latest([one.id, other.id, 'no-such-job']);
      expect([latest.get(one.id)?.number, latest.get(other.id)?.number, latest.size]).to.deep.equal([
        3, 1, 2,
      ]);
    });

    it('lets exactly one of many claimers have a build, oldest first', async () => {
      const job = await newJob();
      for (let count = 0; count < 10; count += 1) {
        nowMs += 1;
        await builds.enqueue(job.id, starter, {});
      }
      const elsewhere = createClaims(await database.another(), () => nowMs);
      const won: number[] = [];
      const claimAll = async (claimer: Claims, serverId: string): Promise<void> => {
        for (let tries = 0; tries < 200 && (await builds.waiting()) > 0; tries += 1) {
          const build = await claimer.claim(serverId);
          if (build) won.push(build.number);
        }
      };
      await Promise.all([claimAll(claims, 's1'), claimAll(claims, 's1'), claimAll(elsewhere, 's2')]);
      expect([...won].sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await claims.claim('s1')).to.equal(undefined);
    });

    it('stops a queued build at once and asks the server of a running one', async () => {
      const job = await newJob();
      const first = await builds.enqueue(job.id, starter, {});
      const second = await builds.enqueue(job.id, starter, {});
      const running = await claims.claim('s1');
      const waiting = running?.id === first?.id ? second : first;
      expect(await builds.requestStop(waiting?.id ?? '', 'bob')).to.equal(true);
      expect(await builds.get(waiting?.id ?? '')).to.include({
        status: 'stopped',
        reason: 'Stopped by bob.',
      });
      expect(await claims.renew([running?.id ?? ''])).to.deep.equal([]);
      expect(await builds.requestStop(running?.id ?? '', 'bob')).to.equal(true);
      expect(
        (await claims.renew([running?.id ?? ''])).map(({ id, stopRequestedBy }) => [id, stopRequestedBy]),
      ).to.deep.equal([[running?.id, 'bob']]);
      expect(await claims.renew([])).to.deep.equal([]);
    });

    it('does not stop what is over', async () => {
      const job = await newJob();
      const build = await builds.enqueue(job.id, starter, {});
      await claims.claim('s1');
      expect(await claims.finish(build?.id ?? '', { status: 'succeeded', reason: null })).to.equal(true);
      expect(await builds.requestStop(build?.id ?? '', 'bob')).to.equal(false);
      expect(await claims.finish(build?.id ?? '', { status: 'failed', reason: null })).to.equal(false);
      expect((await builds.get(build?.id ?? ''))?.status).to.equal('succeeded');
    });

    it('marks builds of a dead server as interrupted when their lease has run out, and only those', async () => {
      const job = await newJob();
      let alive = '';
      for (const server of ['dead', 'alive']) {
        await builds.enqueue(job.id, starter, {});
        alive = (await claims.claim(server))?.id ?? '';
      }
      const queued = await builds.enqueue(job.id, starter, {});
      nowMs += leaseMs - 1;
      await claims.renew([alive]);
      expect(await claims.interrupt()).to.deep.equal([]);
      nowMs += 2;
      const interrupted = await claims.interrupt();
      expect(interrupted.map(({ number, status }) => [number, status])).to.deep.equal([[1, 'interrupted']]);
      expect((await builds.find(job.id, 2))?.status).to.equal('running');
      expect((await builds.get(queued?.id ?? ''))?.status).to.equal('queued');
    });

    it('marks all running builds of a server that starts again, without waiting for the lease', async () => {
      const job = await newJob();
      for (const server of ['again', 'other']) {
        await builds.enqueue(job.id, starter, {});
        await claims.claim(server);
      }
      expect((await claims.interrupt('again')).map(({ number }) => number)).to.deep.equal([1]);
      expect((await builds.find(job.id, 2))?.status).to.equal('running');
    });

    it('deletes builds with their job', async () => {
      const job = await newJob();
      const build = await builds.enqueue(job.id, starter, {});
      await createJobs(database.get()).remove(job.id);
      expect(await builds.get(build?.id ?? '')).to.equal(undefined);
    });

    it('keeps job names unique, in creation and renaming', async () => {
      const store = createJobs(database.get());
      const [one, other] = [await newJob(), await newJob()];
      expect(await store.create({ ...demoJob, name: one.name })).to.equal(undefined);
      expect(await store.update(other, { ...demoJob, name: one.name })).to.equal(false);
      expect(await store.update(other, { ...demoJob, name: `${other.name}-renamed` })).to.equal(true);
      expect((await store.get(other.id))?.name).to.equal(`${other.name}-renamed`);
    });
  });
});
