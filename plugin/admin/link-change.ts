/**
 * Changes a link as it is stored now, and again when somebody else was faster: two administrators, or an administrator
 * and a peer, may change the same link at once, and nothing is overwritten unseen.
 */
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Link } from '../store/store.js';

/** `by` is the acting user's id, null for the host's own code. @throws ApplinksError `not_found`, `conflict` */
export type ChangeLink = (id: string, apply: (link: Link) => Link, by: string | null) => Promise<Link>;

const mostAttempts = 5;

export function createLinkChange({ store, config, events }: Context): ChangeLink {
  return async (id, apply, by) => {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const link = await store.links.get(id);
      if (!link) return notFound('link');
      const updated = { ...apply(link), updatedAtMs: config.clock() };
      if (await store.links.update(updated)) {
        events.emit('link.updated', { linkId: id, by });
        return { ...updated, revision: updated.revision + 1 };
      }
    }
    throw new ApplinksError('conflict', 409, 'Somebody else is changing this link. Reload it and try again.');
  };
}

export function notFound(what: string): never {
  throw new ApplinksError('not_found', 404, `There is no such ${what}. It may have been deleted meanwhile.`);
}
