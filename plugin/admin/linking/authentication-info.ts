/**
 * Rows a6 and a7 (applinks-oauth1.md 2.3 rows 1 to 3): is this user an administrator here, and can we reach the peer
 * under the address that it means to register? The second makes us fetch a URL, so it needs the administrator too, and
 * goes through the guarded transport.
 */
import { PeerUnreachable } from '../../errors.js';
import { statusEntity } from './answer.js';
import { capture, type LinkingDependencies } from './context.js';
import type { LinkingHandler } from './endpoint.js';

export function checkAdministrator({ access }: LinkingDependencies): LinkingHandler {
  return async (req) => {
    await access.requireAdmin(req);
    return statusEntity(200, 'You are an administrator here.');
  };
}

export function checkReachable({ access, discovery }: LinkingDependencies): LinkingHandler {
  return async (req) => {
    await access.requireAdmin(req);
    const peerId = capture(req.params, 0).toLowerCase();
    const query = new URL(req.originalUrl, 'http://path.invalid').searchParams.get('url');
    const url = query ?? capture(req.params, 1);
    try {
      const { id } = await discovery.manifest(url);
      if (id === peerId) return statusEntity(200, 'The application was found.');
      return statusEntity(404, `${url} is another installation: its id is ${id}.`);
    } catch (error) {
      if (!(error instanceof PeerUnreachable)) throw error;
      return statusEntity(404, error.message);
    }
  };
}
