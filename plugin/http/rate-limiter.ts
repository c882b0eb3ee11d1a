/**
 * Slows down guessing at the token endpoints: failures are counted per consumer and address in a fixed window.
 * The default keeps its counters in memory, bounded; a cluster may give one that shares them.
 */
export interface RateLimiter {
  /** 0 when another try is allowed, else the seconds to wait. */
  retryAfterSeconds(key: string): number | Promise<number>;
  /** Counts one failure. */
  fail(key: string): void | Promise<void>;
}

export interface RateLimiterOptions {
  failures: number;
  windowMs: number;
  /** How many keys are remembered; the oldest is forgotten first. */
  keys: number;
  clock: () => number;
}

export function memoryRateLimiter({ failures, windowMs, keys, clock }: RateLimiterOptions): RateLimiter {
  const counters = new Map<string, { count: number; endsAtMs: number }>();
  const live = (key: string): { count: number; endsAtMs: number } | undefined => {
    const counter = counters.get(key);
    if (!counter || counter.endsAtMs > clock()) return counter;
    counters.delete(key);
    return undefined;
  };
  return {
    retryAfterSeconds: (key) => {
      const counter = live(key);
      return counter && counter.count >= failures ? Math.ceil((counter.endsAtMs - clock()) / 1000) : 0;
    },
    fail: (key) => {
      const counter = live(key) ?? { count: 0, endsAtMs: clock() + windowMs };
      counter.count += 1;
      counters.set(key, counter);
      for (const oldest of counters.keys()) {
        if (counters.size <= keys) break;
        counters.delete(oldest);
      }
    },
  };
}
