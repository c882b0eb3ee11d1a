/** Ends waiting for work that takes too long, and tells the work so; no timer is left when either is over. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function inTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const deadline = sleep(timeoutMs, undefined, { signal: over.signal }).then(() => {
    late.abort();
    throw new Error(`It took longer than ${timeoutMs} ms.`);
  });
  // When the work was in time, nobody waits for the deadline any more.
  deadline.catch(() => undefined);
  try {
    return await Promise.race([work(late.signal), deadline]);
  } finally {
    over.abort();
  }
}
