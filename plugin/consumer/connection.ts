/** Which connection of a link is meant: the one that is named, else the preferred one. */
import { ApplinksError } from '../errors.js';
import type { Connection, Link } from '../store/store.js';

/** @throws ApplinksError `not_connectable` */
export function connectionOf(link: Link, via?: string): Connection {
  const { outgoing } = link;
  const found =
    via === undefined
      ? (outgoing.find(({ preferred }) => preferred) ?? outgoing[0])
      : outgoing.find(({ id }) => id === via);
  if (found) return found;
  throw new ApplinksError(
    'not_connectable',
    409,
    `${link.name} is not set up for calls to it. An administrator can switch on the outgoing direction on the page of this link.`,
  );
}
