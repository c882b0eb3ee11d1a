/** The job and build that an address names. */
import type { Request } from 'express';
import { jobName } from '../ci/names.js';
import type { Build } from '../ci/build.js';
import type { Job } from '../ci/jobs.js';
import { notFound } from './http-error.js';
import type { CiParts } from './parts.js';

/** @throws HttpError 404 */
export async function jobOf(req: Request, { jobs }: Pick<CiParts, 'jobs'>): Promise<Job> {
  const name = jobName.safeParse(req.params.name);
  const job = name.success ? await jobs.find(name.data) : undefined;
  if (job === undefined) throw notFound('job');
  return job;
}

/** @throws HttpError 404 */
export async function buildOf(
  req: Request,
  parts: Pick<CiParts, 'jobs' | 'builds'>,
): Promise<{ job: Job; build: Build }> {
  const job = await jobOf(req, parts);
  const number = String(req.params.number);
  const build = /^[1-9]\d{0,8}$/.test(number) ? await parts.builds.find(job.id, Number(number)) : undefined;
  if (build === undefined) throw notFound('build');
  return { job, build };
}

/** The opaque id in an address; anything that can't be one is nobody's. */
export function idOf(req: Request): string {
  const { id } = req.params;
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : '';
}
