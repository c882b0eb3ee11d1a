/** The link and the parameters that a page of ours was asked for. */
import type { Request } from 'express';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Link } from '../store/store.js';

/** @throws ApplinksError `not_found` */
export async function linkOf({ store }: Pick<Context, 'store'>, req: Request): Promise<Link> {
  const { linkId } = req.params;
  const link = typeof linkId === 'string' ? await store.links.get(linkId) : undefined;
  if (link) return link;
  throw new ApplinksError('not_found', 404, 'There is no such application link. It may have been deleted.');
}

export const queryOf = (req: Request): URLSearchParams =>
  new URL(req.originalUrl, 'http://path.invalid').searchParams;

/** A path of our own origin; anything else is dropped, so that nobody is sent away by a link of ours. */
export function localPath(value: string | null): string | null {
  return value !== null && value.length <= 2048 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value)
    ? value
    : null;
}
