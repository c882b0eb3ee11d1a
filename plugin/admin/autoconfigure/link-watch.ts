/**
 * Whether somebody else has worked on a link since we began with it. Two administrators who link the same peer at once
 * meet on one link; when one of them fails, what the other has finished must not be undone. Each change of a link adds
 * one to its revision, so a step that is not ours shows, in whichever process it was made.
 */
import type { Link, LinkStore } from '../../store/store.js';

export interface LinkWatch {
  /** A change of ours: it follows directly on what we know, or somebody else was in between. */
  changed(link: Link): void;
  /** It is there, and not by us. */
  found(link: Link): void;
  isShared(): Promise<boolean>;
}

/** @param find the link of this peer, as it is now */
export async function watchLink(
  links: Pick<LinkStore, 'get'>,
  find: () => Promise<Link | undefined>,
): Promise<LinkWatch> {
  let known = await find();
  let isForeign = false;
  const follow = (link: Link, distance: number): void => {
    if (link.id !== known?.id || link.revision !== known.revision + distance) isForeign = true;
    known = link;
  };
  return {
    changed: (link) => {
      if (known) follow(link, 1);
      else known = link;
    },
    found: (link) => {
      follow(link, 0);
    },
    isShared: async () => {
      const current = known ? await links.get(known.id) : await find();
      return isForeign || (current !== undefined && current.revision !== known?.revision);
    },
  };
}
