/** One address of the stand-in: method, path and what answers. */
import type { Handler } from './callers.js';

export interface Route {
  method: string;
  /** Matched against the whole path below the context path. */
  pattern: RegExp;
  handle: Handler;
}

/** `path` is the source of a regular expression; its groups become the captures. */
export const on = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new RegExp(`^${path}$`),
  handle,
});
