/** Faults in what the kit answers a peer: in front of the application, so that the peer meets them on the wire. */
import type { RequestHandler } from 'express';

/** `lost`: the work is done, and its answer never arrives. */
export type KitFault = 'refused' | 'dropped' | 'lost';

export interface FaultyKit {
  /** Mounted before everything else. */
  middleware: RequestHandler;
  fail(match: RegExp, fault: KitFault): void;
  clear(): void;
  /** How many requests met a fault. */
  readonly hits: number;
}

/** `match` is held against method and URL, as in `PUT /rest/applinks/1.0/applicationlink`. */
export function createFaultyKit(): FaultyKit {
  let rule: { match: RegExp; fault: KitFault } | undefined;
  let hits = 0;
  return {
    middleware: (req, res, next) => {
      const fault = rule?.match.test(`${req.method} ${req.originalUrl}`) ? rule.fault : undefined;
      if (fault) hits += 1;
      if (fault === 'refused') {
        res.status(500).send('<h1>Oops</h1>');
        return;
      }
      if (fault === 'dropped') {
        req.socket.destroy();
        return;
      }
      if (fault === 'lost') {
        res.write = () => true;
        res.end = () => {
          req.socket.destroy();
          return res;
        };
      }
      next();
    },
    fail: (match, fault) => {
      rule = { match, fault };
    },
    clear: () => {
      rule = undefined;
    },
    get hits() {
      return hits;
    },
  };
}
