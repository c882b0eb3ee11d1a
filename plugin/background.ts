/** Background work lives only inside the call that asked for it (rule 8). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.js';

const defaultIntervalMs = 60_000;

/** Wakes work that waits for its next pass. */
export interface Bell {
  ring: () => void;
  /** Aborted by the next ring. */
  next: () => AbortSignal;
}

export function createBell(): Bell {
  let rung = new AbortController();
  return {
    ring: () => {
      const heard = rung;
      rung = new AbortController();
      heard.abort();
    },
    next: () => rung.signal,
  };
}

/** Runs `tick` now and then, and when the bell rings, until `signal` is aborted; a failing pass is logged and tried again. */
export async function repeat(
  tick: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  logger: Logger,
  { intervalMs = defaultIntervalMs, bell = createBell() }: { intervalMs?: number; bell?: Bell } = {},
): Promise<void> {
  while (!signal.aborted) {
    // What rings during the pass may have come too late for it.
    const rung = bell.next();
    await tick(signal).catch((error: unknown) =>
      logger.error({ err: error }, 'express-applinks: background work failed'),
    );
    await pause(intervalMs, [signal, rung]);
  }
}

/** Leaves no listener behind on a signal that lives as long as the process. */
async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  for (const signal of signals) {
    if (signal.aborted) wake();
    signal.addEventListener('abort', wake);
  }
  await sleep(ms, undefined, { signal: woken.signal }).catch(() => undefined);
  for (const signal of signals) signal.removeEventListener('abort', wake);
}
