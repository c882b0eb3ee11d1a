/** What the parts of the linking side share, beside what the whole stand-in does. */
import type { StandInContext } from '../context.js';
import type { CapabilityCache } from './remote-capabilities.js';

/** How the stand-in describes itself to the other side. */
export interface OwnApplication {
  id: string;
  typeId: string;
  name: string;
  /** Configured base URL; what a browser used may differ. */
  baseUrl: string;
}

/** Switches of the linking side; change them at any time. */
export interface LinkingSwitches {
  /** Lets the wizard ask loopback addresses too (applinks-oauth1.md 10.3). On, since tests live there. */
  allowAllHosts: boolean;
  /** How the link entity of the password flow travels; the original's client library chooses XML. */
  entityFormat: 'xml' | 'json';
  /** Wraps the two parameters of the redirect flow in double quotes, as the original does. */
  quotesParameters: boolean;
  /**
   * When the wizard fetches the other side's consumer-info: as soon as the own half is created, or when the browser
   * comes back from there.
   */
  trustsAt: 'creation' | 'return';
  /** Sends this instead of its own base URL as `applinkStartingUrl`. */
  startingUrl: string | undefined;
  /** Sends this instead of the id of the created link as `applinkOriginalCreatedId`. */
  createdId: string | undefined;
}

export const defaultSwitches = (): LinkingSwitches => ({
  allowAllHosts: true,
  entityFormat: 'xml',
  quotesParameters: true,
  trustsAt: 'return',
  startingUrl: undefined,
  createdId: undefined,
});

export interface LinkingContext extends StandInContext {
  /** Throws before the stand-in has started. */
  own(): OwnApplication;
  switches: LinkingSwitches;
  capabilities: CapabilityCache;
  /** Links whose other half a browser was sent away to make. */
  awaitingReturn: Set<string>;
}
