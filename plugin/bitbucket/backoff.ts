/** How long to wait before the next attempt: doubled each time, up to a longest wait. */
export interface Backoff {
  firstMs: number;
  longestMs: number;
}

const mostDoublings = 30;

/** @param attempts that have failed so far, at least 1. */
export const waitMs = ({ firstMs, longestMs }: Backoff, attempts: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, mostDoublings));
