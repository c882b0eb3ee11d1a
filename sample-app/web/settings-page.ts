/** What an administrator sets while the server runs. */
import { Router } from 'express';
import { z } from 'zod';
import { executors, type Settings } from '../ci/settings.js';
import type { CiParts } from './parts.js';

export function settingsRoutes(
  { allow, config, queue }: Pick<CiParts, 'allow' | 'config' | 'queue'>,
  settings: Settings,
): Router {
  const router = Router();
  const admin = allow('administer');

  router.get('/settings', admin, async (_req, res) => {
    res.render('settings', { title: 'Settings', executors: await settings.executors(), error: null });
  });

  router.post('/settings', admin, async (req, res) => {
    const input = z.object({ executors }).safeParse(req.body);
    if (!input.success) {
      const error = input.error.issues[0]?.message;
      res.status(400).render('settings', { title: 'Settings', executors: await settings.executors(), error });
      return;
    }
    await settings.setExecutors(input.data.executors);
    queue.wake();
    res.redirect(303, `${config.basePath}/settings`);
  });
  return router;
}
