/**
 * Nothing of ours has a path with a null character, which PostgreSQL refuses in any text: such a request is left to the
 * host, instead of becoming an error of ours that anybody could cause.
 */
import type { RequestHandler } from 'express';

/** First in the router. */
export const skipNullBytes: RequestHandler = ({ path }, _res, next) => {
  next(path.includes('%00') ? 'router' : undefined);
};
