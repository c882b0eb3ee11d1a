/** Background work lives only inside the call that asked for it (rule 8). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.js';

const intervalMs = 60_000;

/** Runs `tick` now and then until `signal` is aborted; a failing pass is logged and tried again. */
export async function repeat(tick: () => Promise<void>, signal: AbortSignal, logger: Logger): Promise<void> {
  while (!signal.aborted) {
    await tick().catch((error: unknown) =>
      logger.error({ err: error }, 'express-applinks: background work failed'),
    );
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
