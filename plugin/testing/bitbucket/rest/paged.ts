/** A page of a list as Bitbucket's REST cuts it: `start` and `limit` of the query, `nextPageStart` while there is more. */
import { json, type Answer, type Incoming } from '../answer.js';

export interface PageRequest {
  start: number;
  limit: number;
}

const defaultLimit = 25;
/** Larger limits are cut down silently. */
const maxLimit = 1000;

const numberOf = (text: string | null, fallback: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : fallback;

export function pageRequest({ query }: Pick<Incoming, 'query'>): PageRequest {
  const limit = Math.min(numberOf(query.get('limit'), defaultLimit) || defaultLimit, maxLimit);
  return { start: numberOf(query.get('start'), 0), limit };
}

/** `values` may hold one more than asked for, which only tells that there is more. */
export function pageOf({ start, limit }: PageRequest, values: readonly unknown[]) {
  const shown = values.slice(0, limit);
  const isLastPage = values.length <= limit;
  return {
    size: shown.length,
    limit,
    isLastPage,
    values: shown,
    start,
    ...(isLastPage ? {} : { nextPageStart: start + limit }),
  };
}

/** The page that was asked for of a list that is all there. */
export function paged(incoming: Pick<Incoming, 'query'>, all: readonly unknown[]): Answer {
  const asked = pageRequest(incoming);
  return json(200, pageOf(asked, all.slice(asked.start)));
}
