/** What the composition root hands to every capability. */
import type { Config } from './config.js';
import type { Events } from './events.js';
import type { RateLimiter } from './http/rate-limiter.js';
import type { Sealer } from './store/seal.js';
import type { Store } from './store/store.js';

export interface Context {
  config: Config;
  store: Store;
  sealer: Sealer;
  events: Events;
  limiter: RateLimiter;
}
