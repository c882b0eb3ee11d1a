/** Another order each time: the original keeps its parameters in hash maps, so nobody may rely on one (oauth2.md 1.5). */
import { randomInt } from 'node:crypto';

export function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}
