/**
 * Start, stop and rebuild, as Jenkins's addresses have them (reference C7): for Bitbucket in the name of the user who
 * clicked there, and for the buttons of our own pages. 201 with `Location` for machines, a redirect for browsers.
 */
import { Router, type Request, type Response } from 'express';
import { isAllowed } from '../accounts/permissions.js';
import { isOver, type Build } from '../ci/build.js';
import type { Job } from '../ci/jobs.js';
import { readBuildParameters } from './build-parameters.js';
import { callerOf } from './caller.js';
import { HttpError } from './http-error.js';
import { buildJson } from './json.js';
import { buildOf, jobOf } from './lookup.js';
import { prefersHtml } from './negotiation.js';
import type { CiParts } from './parts.js';

export function buildActionRoutes(parts: CiParts): Router {
  const { builds, queue, addresses, allow } = parts;
  const router = Router();

  const start = async (req: Request, res: Response, job: Job, parameters: Record<string, string>) => {
    const { user, via } = callerOf(req);
    if (!job.enabled) throw new HttpError(409, 'This job is disabled: an administrator can enable it.');
    const build = await builds.enqueue(job.id, { userId: user.id, userName: user.name, via }, parameters);
    if (build === undefined) throw new HttpError(409, 'Too many builds of this job are waiting already.');
    queue.wake();
    answer(req, res, job, build, 201);
  };
  const answer = (req: Request, res: Response, job: Job, build: Build, status: number): void => {
    const location = addresses.build(job, build);
    if (req.applink === undefined && prefersHtml(req)) res.redirect(303, location);
    else
      res
        .status(status)
        .location(location)
        .json(buildJson(job, build, addresses));
  };

  router.post('/job/:name/build', allow('build'), async (req, res) => {
    const job = await jobOf(req, parts);
    await start(req, res, job, { ...job.parameters });
  });

  router.post('/job/:name/buildWithParameters', allow('build'), async (req, res) => {
    const job = await jobOf(req, parts);
    await start(req, res, job, readBuildParameters(job, req.query, req.body));
  });

  router.post('/job/:name/:number/rebuild', allow('build'), async (req, res) => {
    const { job, build } = await buildOf(req, parts);
    const declared = Object.entries(build.parameters).filter(([name]) => Object.hasOwn(job.parameters, name));
    await start(req, res, job, { ...job.parameters, ...Object.fromEntries(declared) });
  });

  router.post('/job/:name/:number/stop', allow('build'), async (req, res) => {
    const { job, build } = await buildOf(req, parts);
    if (!(await builds.requestStop(build.id, callerOf(req).user.name))) {
      throw new HttpError(409, 'This build is over already.');
    }
    queue.wake();
    parts.logs.ended(build.id);
    answer(req, res, job, (await builds.get(build.id)) ?? build, 200);
  });

  router.get('/job/:name/:number/actions', allow('see'), async (req, res) => {
    const { job, build } = await buildOf(req, parts);
    const mayBuild = isAllowed(callerOf(req).user, 'build');
    res.json({ actions: mayBuild ? actionsOf(job, build, addresses.build(job, build)) : [] });
  });
  return router;
}

function actionsOf(job: Job, build: Build, url: string): object[] {
  const stop = { id: 'StopBuildAction', name: 'Stop', method: 'POST', url: `${url}stop` };
  const rebuild = { id: 'RebuildAction', name: 'Run build again', method: 'POST', url: `${url}rebuild` };
  return [...(isOver(build) ? [] : [stop]), ...(job.enabled ? [rebuild] : [])];
}
