/** Two lists shown as one: no entry twice, none lost, whatever page is asked for. */
import { expect } from 'chai';
import fc from 'fast-check';
import { pageOfBoth } from '../../../plugin/admin/newest-first.js';

interface Entry {
  name: string;
  createdAtMs: number;
}

const times = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 30 });

function listOf(name: string, moments: readonly number[]) {
  const entries = [...moments]
    .sort((a, b) => b - a)
    .map((createdAtMs, at): Entry => ({ name: `${name}${at}`, createdAtMs }));
  const asked: number[] = [];
  const read = ({ limit, offset }: { limit: number; offset: number }): Promise<Entry[]> => {
    asked.push(limit);
    return Promise.resolve(entries.slice(offset, offset + limit));
  };
  return { entries, read, asked };
}

describe('A page of two lists, newest first', () => {
  it('is what sorting all of both would give', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        times,
        fc.nat(70),
        fc.integer({ min: 1, max: 20 }),
        async (one, two, offset, limit) => {
          const [first, second] = [listOf('a', one), listOf('b', two)];
          const all = [...first.entries, ...second.entries].sort((a, b) => b.createdAtMs - a.createdAtMs);
          const page = await pageOfBoth(first.read, second.read, { limit, offset });
          expect(page).to.deep.equal(all.slice(offset, offset + limit));
        },
      ),
    );
  });

  it('is read with few entries, however far back it begins', async () => {
    const moments = Array.from({ length: 5000 }, (_, at) => at);
    const [first, second] = [listOf('a', moments), listOf('b', moments)];
    await pageOfBoth(first.read, second.read, { limit: 50, offset: 9000 });
    const read = [...first.asked, ...second.asked].reduce((sum, limit) => sum + limit, 0);
    expect(read).to.be.below(150);
  });
});
