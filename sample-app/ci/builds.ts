/**
 * The builds of all jobs; the queue is a state of their rows. Numbers are given inside the INSERT: without gaps,
 * since there is nothing between taking a number and using it, and without duplicates by the table's unique key.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { BuildsTable } from '../tables.js';
import { toBuild, type Build, type Starter } from './build.js';

export interface Builds {
  get(id: string): Promise<Build | undefined>;
  find(jobId: string, number: number): Promise<Build | undefined>;
  /** Newest first. */
  list(jobId: string, page: { limit: number; beforeNumber?: number | undefined }): Promise<Build[]>;
  /** The newest build of each job, by the job's id. */
  latest(jobIds: readonly string[]): Promise<Map<string, Build>>;
  /** How many are queued. */
  waiting(): Promise<number>;
  /** undefined when the job is gone or disabled, or when too much waits already. */
  enqueue(
    jobId: string,
    starter: Starter,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Build | undefined>;
  setCommit(id: string, commit: string): Promise<void>;
  /** False when it isn't queued or running any more. A queued build ends at once. */
  requestStop(id: string, userName: string): Promise<boolean>;
}

const mostWaitingPerJob = 100;
const numberTries = 100;
const largestNumber = 2 ** 31 - 1;

export function createBuilds(database: Database, clock: () => number = Date.now): Builds {
  const rows = () => database.selectFrom('ci_builds').selectAll();
  const withStatus = (id: string, status: 'queued' | 'running') =>
    database.updateTable('ci_builds').where('id', '=', id).where('status', '=', status);
  return {
    get: async (id) => {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row && toBuild(row);
    },
    find: async (jobId, number) => {
      const row = await rows().where('job_id', '=', jobId).where('number', '=', number).executeTakeFirst();
      return row && toBuild(row);
    },
    list: async (jobId, { limit, beforeNumber = largestNumber }) => {
      const page = rows()
        .where('job_id', '=', jobId)
        .where('number', '<', Math.min(beforeNumber, largestNumber));
      return (await page.orderBy('number', 'desc').limit(limit).execute()).map(toBuild);
    },
    latest: async (jobIds) => {
      if (jobIds.length === 0) return new Map();
      const newest = database
        .selectFrom('ci_builds')
        .select(({ fn }) => ['job_id as newest_job', fn.max('number').as('newest_number')])
        .where('job_id', 'in', [...jobIds])
        .groupBy('job_id')
        .as('newest');
      const found = await rows()
        .innerJoin(newest, (join) =>
          join.onRef('newest_job', '=', 'job_id').onRef('newest_number', '=', 'number'),
        )
        .execute();
      return new Map(found.map((row) => [row.job_id, toBuild(row)]));
    },
    waiting: async () => {
      const { count } = await database
        .selectFrom('ci_builds')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('status', '=', 'queued')
        .executeTakeFirstOrThrow();
      return count;
    },
    enqueue: async (jobId, starter, parameters) => {
      const values = {
        id: randomBytes(12).toString('base64url'),
        parameters: JSON.stringify(parameters),
        queuedAtMs: clock(),
      };
      for (let tries = 0; tries < numberTries; tries += 1) {
        try {
          const row = await insertNext(database, jobId, starter, values);
          return row && toBuild(row);
        } catch (error) {
          if (!isNumberTaken(error)) throw error;
        }
      }
      return undefined;
    },
    setCommit: async (id, commit) => {
      await database.updateTable('ci_builds').set({ commit_id: commit }).where('id', '=', id).execute();
    },
    requestStop: async (id, userName) => {
      const ended = await withStatus(id, 'queued')
        .set({
          status: 'stopped',
          stop_requested_by: userName,
          reason: `Stopped by ${userName}.`,
          finished_at_ms: clock(),
        })
        .executeTakeFirst();
      if (ended.numUpdatedRows === 1n) return true;
      const requested = await withStatus(id, 'running')
        .set({ stop_requested_by: userName })
        .executeTakeFirst();
      return requested.numUpdatedRows === 1n;
    },
  };
}

async function insertNext(
  database: Database,
  jobId: string,
  { userId, userName, via }: Starter,
  { id, parameters, queuedAtMs }: { id: string; parameters: string; queuedAtMs: number },
): Promise<BuildsTable | undefined> {
  const ofJob = sql`from ci_builds where job_id = ${jobId}`;
  const result = await sql<BuildsTable>`
    insert into ci_builds (id, job_id, number, status, parameters, started_by_id, started_by_name, via, queued_at_ms)
    select ${id}, ci_jobs.id, coalesce((select max(number) ${ofJob}), 0) + 1, 'queued', ${parameters}, ${userId},
      ${userName}, ${via}, ${sql.lit(queuedAtMs)}
    from ci_jobs
    where ci_jobs.id = ${jobId} and ci_jobs.enabled = 1
      and (select count(*) ${ofJob} and status = 'queued') < ${sql.lit(mostWaitingPerJob)}
    returning *`.execute(database);
  return result.rows[0];
}

/** Two builds of one job were queued at the same moment: the later one takes the next number. */
function isNumberTaken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}
