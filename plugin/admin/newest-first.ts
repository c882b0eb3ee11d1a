/**
 * One page of two lists that are each newest first, as if they were one. Where the page begins in each of them is found by
 * halving, so that a page far back costs a few reads of one entry, and never all entries before it.
 */
import type { Page } from '../store/outgoing.js';

interface Dated {
  createdAtMs: number;
}

export type NewestFirst<T extends Dated> = (page: Page) => Promise<T[]>;

/** Of the same moment, those of the first list come first. */
export async function pageOfBoth<A extends Dated, B extends Dated>(
  first: NewestFirst<A>,
  second: NewestFirst<B>,
  { limit, offset }: Page,
): Promise<(A | B)[]> {
  const skipped = await skippedOfFirst(first, second, offset);
  const [ofFirst, ofSecond] = await Promise.all([
    first({ limit, offset: skipped }),
    second({ limit, offset: offset - skipped }),
  ]);
  // Sorting keeps the order of what is equal.
  return [...ofFirst, ...ofSecond].sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, limit);
}

/** How many of the first `offset` entries of both are of the first list. */
async function skippedOfFirst(
  first: NewestFirst<Dated>,
  second: NewestFirst<Dated>,
  offset: number,
): Promise<number> {
  const at = async (list: NewestFirst<Dated>, index: number): Promise<number> =>
    (await list({ limit: 1, offset: index }))[0]?.createdAtMs ?? -Infinity;
  let [least, most] = [0, offset];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    const [next, lastOfSecond] = await Promise.all([at(first, middle), at(second, offset - middle - 1)]);
    if (next >= lastOfSecond) least = middle + 1;
    else most = middle;
  }
  return least;
}
