/** One address of the stand-in. */
import type { Handler } from './callers.js';

export interface Route {
  method: string;
  /** Matched against the whole path below the context path. */
  pattern: RegExp;
  handle: Handler;
}

export const on = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new RegExp(`^${path}$`),
  handle,
});
