/**
 * Slows down guessing of passwords: per address and name, so that nobody can lock somebody else out from another
 * address, and per address, so that trying many names doesn't help. Only failures count.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';

const windowS = 15 * 60;

export interface LoginLimit {
  /** 0 when another try is allowed, else the seconds to wait. */
  retryAfterSeconds(address: string, name: string): Promise<number>;
  /** Counts a try before the password is checked, so that tries at the same moment don't slip through. */
  fail(address: string, name: string): Promise<void>;
  /** Takes that back: the password was right. */
  succeed(address: string, name: string): Promise<void>;
}

export function createLoginLimit(perName = 5, perAddress = 50): LoginLimit {
  const names = new RateLimiterMemory({ points: perName, duration: windowS });
  const addresses = new RateLimiterMemory({ points: perAddress, duration: windowS });
  const key = (address: string, name: string): string => `${address} ${name.toLowerCase()}`;
  return {
    retryAfterSeconds: async (address, name) => {
      const [byName, byAddress] = await Promise.all([names.get(key(address, name)), addresses.get(address)]);
      const waits = [
        byName !== null && byName.consumedPoints >= perName ? byName.msBeforeNext : 0,
        byAddress !== null && byAddress.consumedPoints >= perAddress ? byAddress.msBeforeNext : 0,
      ];
      return Math.ceil(Math.max(...waits) / 1000);
    },
    fail: async (address, name) => {
      await Promise.all([names.penalty(key(address, name)), addresses.penalty(address)]);
    },
    succeed: async (address, name) => {
      await Promise.all([names.delete(key(address, name)), addresses.reward(address)]);
    },
  };
}
