/** Style and script of our own pages: a fixed list, so that no path from outside ever reaches the file system. */
import { join } from 'node:path';
import { Router } from 'express';
import { allowOnly } from '../http/allow-only.js';

const root = join(import.meta.dirname, '..', 'public');
const files = ['applinks.css', 'applinks.js'];
const maxAgeMs = 5 * 60_000;

export function assetRoutes(): Router {
  const router = Router();
  for (const file of files) {
    const path = `/applinks/assets/${file}`;
    router.get(path, (_req, res, next) => {
      res.setHeader('X-Content-Type-Options', 'nosniff');
      res.sendFile(file, { root, maxAge: maxAgeMs }, (error?: Error) => {
        if (error) next(error);
      });
    });
    router.all(path, allowOnly('GET'));
  }
  return router;
}
