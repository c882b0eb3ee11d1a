/** What `authenticate()` adds to Express's request. */
import type { ApplinkCaller } from './provider/authenticate.js';

declare global {
  namespace Express {
    interface Request {
      /** The caller of a request that `authenticate()` has let through; undefined when it was optional and absent. */
      applink?: ApplinkCaller | undefined;
    }
  }
}
