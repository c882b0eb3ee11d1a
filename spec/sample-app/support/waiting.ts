/** Asks again until the answer is there. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  const endsAtMs = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > endsAtMs) throw new Error(`It did not happen within ${limitMs} ms.`);
    await sleep(25);
  }
}
