/**
 * How a sub-path of the package joins one createApplinks(): it is given what the kit's own capabilities are given, and
 * gives routes and background work, which are then served by `router()` and done by `tick()` and `run()`.
 */
import type { RequestHandler } from 'express';
import type { Context } from './context.js';
import type { LinkClient } from './consumer/link-client.js';
import type { EndpointFactory } from './http/handler.js';
import type { RawBodies } from './http/raw-body.js';

export interface ExtensionKit {
  context: Context;
  rawBodies: RawBodies;
  endpoints: EndpointFactory;
  client(linkId: string): LinkClient;
  /** Where `run()` is under way, the next pass of this extension begins at once. */
  wake: () => void;
}

export interface Extension {
  router: RequestHandler;
  /** One pass of the background work; begins nothing more once `signal` is aborted. */
  tick: (signal: AbortSignal) => Promise<void>;
  intervalMs: number;
}

/** `api`: what the host is given of it. */
export type Join<T> = (kit: ExtensionKit) => { extension: Extension; api: T };

export interface Extensible {
  /** For the kit's own sub-paths, such as express-applinks/bitbucket; before `run()`. */
  extend<T>(join: Join<T>): T;
}
