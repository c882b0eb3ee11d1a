/** Asks again and again until there is an answer. */
import { setTimeout as sleep } from 'node:timers/promises';

const intervalMs = 100;

/** The first answer that is not undefined. @throws Error with `late()` when there is none in time. */
export async function poll<T>(
  deadlineMs: number,
  ask: () => Promise<T | undefined>,
  late: () => string,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(intervalMs);
  }
  throw new Error(late());
}
