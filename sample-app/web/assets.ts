/** Styles and the script of the live log. Nothing here is secret, so it is served before sessions are looked up. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';

const publicFolder = join(import.meta.dirname, '..', 'public');

export function assets(): Router {
  const pico = dirname(fileURLToPath(import.meta.resolve('@picocss/pico/css/pico.min.css')));
  const options = { index: false, maxAge: '1h' };
  const router = Router();
  router.use('/assets', express.static(publicFolder, options));
  router.get('/assets/pico.min.css', (_req, res) =>
    res.sendFile('pico.min.css', { root: pico, maxAge: '1h' }),
  );
  return router;
}
