/** Numbers for Prometheus, in a registry of this server's own. No names of jobs or users: anyone may read them. */
import type { RequestHandler } from 'express';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Build } from '../ci/build.js';
import type { Builds } from '../ci/builds.js';

export interface Metrics {
  count: RequestHandler;
  page: RequestHandler;
  buildFinished(build: Build): void;
}

export function createMetrics(builds: Pick<Builds, 'waiting'>, running: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'ci_http_requests_total',
    help: 'Answered HTTP requests.',
    labelNames: ['method', 'status'],
    registers,
  });
  const finished = new Counter({
    name: 'ci_builds_finished_total',
    help: 'Finished builds by result.',
    labelNames: ['status'],
    registers,
  });
  const duration = new Histogram({
    name: 'ci_build_duration_seconds',
    help: 'How long finished builds ran.',
    buckets: [1, 5, 15, 60, 300, 900, 3600],
    registers,
  });
  const waiting = new Gauge({ name: 'ci_builds_waiting', help: 'Queued builds.', registers });
  const active = new Gauge({ name: 'ci_builds_running', help: 'Builds running on this server.', registers });
  return {
    count: (req, res, next) => {
      res.on('finish', () => requests.inc({ method: req.method, status: res.statusCode }));
      next();
    },
    page: async (_req, res) => {
      waiting.set(await builds.waiting());
      active.set(running());
      res.type(registry.contentType).send(await registry.metrics());
    },
    buildFinished: ({ status, startedAtMs, finishedAtMs }) => {
      finished.inc({ status });
      if (startedAtMs !== null && finishedAtMs !== null)
        duration.observe((finishedAtMs - startedAtMs) / 1000);
    },
  };
}
