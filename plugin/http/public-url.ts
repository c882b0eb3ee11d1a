/**
 * The one place that says under which URL the world sees a request (rule 1): `baseUrl` plus the request target
 * without `mountPath`. `Host` and `X-Forwarded-*` are never read, so no proxy setting and no client can change
 * what a signature is checked against or where a redirect leads.
 */
import type { Request } from 'express';
import { ApplinksError } from '../errors.js';

export interface Mount {
  baseUrl: string;
  mountPath: string;
}

/**
 * Absolute public URL of the request with its raw query.
 * @throws ApplinksError `outside_mount_path` when the request did not come in below `mountPath`, which is a mistake of
 * the mount; `not_found` when only its letters differ or it names no path (`OPTIONS *`), which any visitor can do.
 */
export function publicUrl(mount: Mount, req: Pick<Request, 'originalUrl'>): string {
  // A proxy's request names scheme and host too (RFC 9112 section 3.2.2).
  const target = req.originalUrl.replace(/^https?:\/\/[^/?#]*/i, '');
  if (target.startsWith('*')) throw new ApplinksError('not_found', 404, 'There is nothing here.');
  const rest = target.slice(mount.mountPath.length);
  if (!target.startsWith(mount.mountPath) || !/^(?:\/|\?|$)/.test(rest)) {
    const mounted = target.slice(0, mount.mountPath.length);
    if (mounted !== mount.mountPath && mounted.toLowerCase() === mount.mountPath.toLowerCase())
      throw new ApplinksError(
        'not_found',
        404,
        `There is nothing here. Paths begin with ${mount.mountPath}.`,
      );
    throw new ApplinksError(
      'outside_mount_path',
      500,
      `A request came in outside of ${mount.mountPath || '/'}. Mount the router and the routes below the path of ` +
        "baseUrl, or set mountPath to '' when the reverse proxy removes that path.",
      { reason: 'request target outside of mountPath' },
    );
  }
  return mount.baseUrl + rest;
}

/** Path below the origin of `baseUrl`: what goes into links, forms and redirects of our own. */
export function publicPath(mount: Mount, path: string): string {
  return new URL(mount.baseUrl).pathname.replace(/\/$/, '') + path;
}

/** Path and query of the current request, to come back to after login; always begins with exactly one slash. */
export function returnPath(mount: Mount, req: Pick<Request, 'originalUrl'>): string {
  const { pathname, search } = new URL(publicUrl(mount, req));
  return pathname.replace(/^[/\\]+/, '/') + search;
}
