/** Creating, changing and deleting jobs: for administrators at a browser. */
import { Router, type Response } from 'express';
import { isOver } from '../ci/build.js';
import type { Job } from '../ci/jobs.js';
import { HttpError } from './http-error.js';
import {
  emptyFields,
  fieldsOf,
  parseFields,
  readFields,
  type FieldErrors,
  type JobFields,
} from './job-form.js';
import { jobOf } from './lookup.js';
import type { CiParts } from './parts.js';

const nameTaken = 'Another job has this name.';

export function jobAdminRoutes(parts: CiParts): Router {
  const { jobs, builds, logs, config, allow } = parts;
  const router = Router();
  const admin = allow('administer');

  const show = (res: Response, job: Job | undefined, fields: JobFields, errors: FieldErrors = {}): void => {
    const title = job === undefined ? 'New job' : `Configure ${job.name}`;
    const status = Object.keys(errors).length > 0 ? 400 : 200;
    res.status(status).render('job-form', { title, job, fields, errors });
  };
  const toJob = (name: string): string => `${config.basePath}/job/${encodeURIComponent(name)}`;

  router.get('/jobs/new', admin, (_req, res) => show(res, undefined, emptyFields));

  router.post('/jobs/new', admin, async (req, res) => {
    const fields = readFields(req.body);
    const { settings, errors } = await parseFields(fields, false);
    if (settings === undefined) {
      show(res, undefined, fields, errors);
      return;
    }
    const job = await jobs.create(settings);
    if (job === undefined) {
      show(res, undefined, fields, { name: nameTaken });
      return;
    }
    res.redirect(303, toJob(job.name));
  });

  router.get('/job/:name/configure', admin, async (req, res) => {
    const job = await jobOf(req, parts);
    show(res, job, fieldsOf(job));
  });

  router.post('/job/:name/configure', admin, async (req, res) => {
    const job = await jobOf(req, parts);
    const fields = readFields(req.body);
    const { settings, errors } = await parseFields(fields, job.isDemonstration);
    if (settings === undefined) {
      show(res, job, fields, errors);
      return;
    }
    if (!(await jobs.update(job, settings))) {
      show(res, job, fields, { name: nameTaken });
      return;
    }
    res.redirect(303, toJob(settings.name));
  });

  router.get('/job/:name/delete', admin, async (req, res) => {
    const job = await jobOf(req, parts);
    res.render('confirm', {
      title: `Delete ${job.name}?`,
      text: `The job, its ${(await builds.list(job.id, { limit: 1 }))[0]?.number ?? 0} builds and their logs are deleted for good.`,
      action: `${toJob(job.name)}/delete`,
      back: toJob(job.name),
      button: 'Delete the job',
    });
  });

  router.post('/job/:name/delete', admin, async (req, res) => {
    const job = await jobOf(req, parts);
    const history = await builds.list(job.id, { limit: Number.MAX_SAFE_INTEGER });
    if (history.some((build) => !isOver(build))) {
      throw new HttpError(409, 'Builds of this job are waiting or running: stop them first.');
    }
    await jobs.remove(job.id);
    for (const { id } of history) await logs.remove(id);
    res.redirect(303, `${config.basePath}/`);
  });
  return router;
}
