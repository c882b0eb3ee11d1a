/** Jobs: what is built, and how. Only an administrator changes them, since a script runs what it likes. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../database.js';
import type { JobsTable } from '../tables.js';
import { gitUrl, jobName, plainText, variableName, variableValue } from './names.js';

const variables = z
  .record(variableName, variableValue)
  .refine((record) => Object.keys(record).length <= 100, 'Use at most 100 variables.');

export const jobSettings = z.object({
  name: jobName,
  description: plainText.trim().max(1000, 'Use at most 1000 characters.').default(''),
  gitUrl,
  branch: z.string().trim().min(1, 'Enter a branch.').max(255, 'Use at most 255 characters.'),
  /** null: from `ci.json` in the repository. */
  script: plainText.max(65_536, 'Use at most 65536 characters.').nullable(),
  environment: variables,
  /** Parameters that a build may be given, with their defaults. */
  parameters: variables,
  timeLimitSeconds: z.coerce
    .number()
    .int()
    .min(1, 'Use 1 second or more.')
    .max(86_400, 'Use 86400 seconds (a day) or less.'),
  enabled: z.boolean(),
});

export type JobSettings = z.output<typeof jobSettings>;

export interface Job extends JobSettings {
  id: string;
  /** Its repository lies in the data folder and is cloned by the `file` protocol; cannot be set from outside. */
  isDemonstration: boolean;
}

export interface Jobs {
  list(): Promise<Job[]>;
  find(name: string): Promise<Job | undefined>;
  get(id: string): Promise<Job | undefined>;
  /** undefined when the name is taken. */
  create(settings: JobSettings, options?: { isDemonstration: boolean }): Promise<Job | undefined>;
  /** False when another job has the name. The repository of the demonstration job stays what it is. */
  update(job: Job, settings: JobSettings): Promise<boolean>;
  remove(id: string): Promise<void>;
}

export function createJobs(database: Database, clock: () => number = Date.now): Jobs {
  const first = async (column: 'id' | 'name', value: string): Promise<Job | undefined> => {
    const row = await database.selectFrom('ci_jobs').selectAll().where(column, '=', value).executeTakeFirst();
    return row && toJob(row);
  };
  const othersNamed = (name: string, id: string) =>
    database
      .selectFrom('ci_jobs as other')
      .select('other.id')
      .where('other.name', '=', name)
      .where('other.id', '<>', id);
  return {
    list: async () => (await database.selectFrom('ci_jobs').selectAll().orderBy('name').execute()).map(toJob),
    find: (name) => first('name', name),
    get: (id) => first('id', id),
    create: async (settings, { isDemonstration } = { isDemonstration: false }) => {
      const row = await database
        .insertInto('ci_jobs')
        .values({
          ...toRow(settings),
          id: randomUUID(),
          demonstration: isDemonstration ? 1 : 0,
          created_at_ms: clock(),
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && toJob(row);
    },
    update: async (job, settings) => {
      const row = toRow(job.isDemonstration ? { ...settings, gitUrl: job.gitUrl } : settings);
      const result = await database
        .updateTable('ci_jobs')
        .set(row)
        .where('id', '=', job.id)
        .where((where) => where.not(where.exists(othersNamed(settings.name, job.id))))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    remove: async (id) => {
      await database.deleteFrom('ci_jobs').where('id', '=', id).execute();
    },
  };
}

function toRow(settings: JobSettings): Omit<JobsTable, 'id' | 'demonstration' | 'created_at_ms'> {
  return {
    name: settings.name,
    description: settings.description,
    git_url: settings.gitUrl,
    branch: settings.branch,
    script: settings.script,
    environment: JSON.stringify(settings.environment),
    parameters: JSON.stringify(settings.parameters),
    time_limit_s: settings.timeLimitSeconds,
    enabled: settings.enabled ? 1 : 0,
  };
}

function toJob(row: JobsTable): Job {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    gitUrl: row.git_url,
    branch: row.branch,
    script: row.script,
    environment: JSON.parse(row.environment) as Record<string, string>,
    parameters: JSON.parse(row.parameters) as Record<string, string>,
    timeLimitSeconds: row.time_limit_s,
    enabled: row.enabled === 1,
    isDemonstration: row.demonstration === 1,
  };
}
