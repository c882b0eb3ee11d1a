/** Jobs and builds as pages and as JSON, for whoever may see them. */
import { Router } from 'express';
import { isOver } from '../ci/build.js';
import { notFound } from './http-error.js';
import { buildJson, jobJson, startedByText } from './json.js';
import { buildOf, idOf, jobOf } from './lookup.js';
import { prefersHtml } from './negotiation.js';
import type { CiParts } from './parts.js';

const historyLength = 30;
const shownLogBytes = 256 * 1024;
const chunkBytes = 64 * 1024;

export function buildPages(parts: CiParts): Router {
  const { jobs, builds, logs, addresses, allow, config } = parts;
  const router = Router();

  // Other pages of a job have a word in this place.
  router.param('number', (_req, _res, next, value: string) =>
    next(/^\d+$/.test(value) ? undefined : 'route'),
  );

  router.get('/', async (req, res) => {
    if (req.caller === undefined) {
      res.render('welcome', { title: 'Welcome' });
      return;
    }
    const list = await jobs.list();
    const latest = await builds.latest(list.map(({ id }) => id));
    res.render('jobs', { title: 'Jobs', jobs: list, latest });
  });

  router.get(['/job/:name', '/job/:name/api/json'], allow('see'), async (req, res) => {
    const job = await jobOf(req, parts);
    const before = Number(req.query.before);
    const beforeNumber = Number.isSafeInteger(before) && before > 0 ? before : undefined;
    const history = await builds.list(job.id, { limit: historyLength, beforeNumber });
    if (req.path.endsWith('/api/json') || !prefersHtml(req)) res.json(jobJson(job, history, addresses));
    else res.render('job', { title: job.name, job, history, isFull: history.length === historyLength });
  });

  router.get(['/job/:name/:number', '/job/:name/:number/api/json'], allow('see'), async (req, res) => {
    const { job, build } = await buildOf(req, parts);
    if (req.path.endsWith('/api/json') || !prefersHtml(req)) {
      res.json(buildJson(job, build, addresses));
      return;
    }
    const size = await logs.size(build.id);
    const from = Math.max(0, size - shownLogBytes);
    const log = await logs.read(build.id, from, shownLogBytes);
    res.render('build', {
      title: `${job.name} #${build.number}`,
      job,
      build,
      log: log.toString('utf8'),
      logFrom: from,
      logEnd: from + log.length,
      isOver: isOver(build),
      startedBy: startedByText(build),
      permanentUrl: addresses.permanent(build),
    });
  });

  router.get('/job/:name/:number/consoleText', allow('see'), async (req, res) => {
    const { build } = await buildOf(req, parts);
    res.type('text/plain; charset=utf-8').set('Cache-Control', 'no-store');
    const size = await logs.size(build.id);
    for (let offset = 0; offset < size;) {
      const chunk = await logs.read(build.id, offset, Math.min(chunkBytes, size - offset));
      if (chunk.length === 0 || res.destroyed) break;
      offset += chunk.length;
      if (!res.write(chunk))
        await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
    }
    res.end();
  });

  router.get('/b/:id', allow('see'), async (req, res) => {
    const build = await builds.get(idOf(req));
    const job = build && (await jobs.get(build.jobId));
    if (build === undefined || job === undefined) throw notFound('build');
    res.redirect(303, `${config.basePath}/job/${encodeURIComponent(job.name)}/${build.number}/`);
  });
  return router;
}
