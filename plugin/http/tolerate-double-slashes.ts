/**
 * Peers join base URL and path carelessly, so `//rest/applinks` must reach the route (design.md, Paths). Only what
 * the router matches on is changed, and only for the router: `originalUrl`, which signatures cover, stays as sent.
 */
import type { RequestHandler } from 'express';

export function tolerateDoubleSlashes(router: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const { url } = req;
    const [path = '', ...query] = url.split('?');
    req.url = [path.replace(/\/{2,}/g, '/'), ...query].join('?');
    return router(req, res, (error?: unknown) => {
      req.url = url;
      next(error);
    });
  };
}
