/** Every address of jobs and builds, as pages and for machines. */
import { Router } from 'express';
import { buildActionRoutes } from './build-actions.js';
import { buildPages } from './build-pages.js';
import { jobAdminRoutes } from './job-admin.js';
import { logStreamRoutes } from './log-stream.js';
import type { CiParts } from './parts.js';

export function ciRoutes(parts: CiParts): Router {
  const router = Router();
  router.use(buildPages(parts), buildActionRoutes(parts), logStreamRoutes(parts), jobAdminRoutes(parts));
  return router;
}
