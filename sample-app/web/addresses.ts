/** Absolute addresses of jobs and builds, as Jenkins forms them: with a slash at the end. */
import type { Config } from '../config.js';
import type { Build } from '../ci/build.js';
import type { Job } from '../ci/jobs.js';

export interface Addresses {
  job(job: Pick<Job, 'name'>): string;
  build: (job: Pick<Job, 'name'>, build: Pick<Build, 'number'>) => string;
  /** Short and permanent: survives the renaming of the job. */
  permanent(build: Pick<Build, 'id'>): string;
}

export function createAddresses({ baseUrl }: Pick<Config, 'baseUrl'>): Addresses {
  const job = ({ name }: Pick<Job, 'name'>): string => `${baseUrl}/job/${encodeURIComponent(name)}/`;
  return {
    job,
    build: (parent, { number }) => `${job(parent)}${number}/`,
    permanent: ({ id }) => `${baseUrl}/b/${id}`,
  };
}
