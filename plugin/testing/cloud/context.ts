/** What the parts of the cloud stand-in share: registered apps, sites, pending codes and grants. */
import type { State } from '../bitbucket/state.js';
import type { Grants } from './grants.js';
import type { CloudSwitches } from './switches.js';

/** As its vendor registered it in the developer console. */
export interface CloudApp {
  clientId: string;
  clientSecret: string;
  name: string;
  /** Compared byte for byte. */
  callbackUrls: readonly string[];
  /** Those enabled under *Permissions*; `offline_access` needs no permission. */
  scopes: readonly string[];
}

export interface Site {
  /** The `cloudid` of addresses at the API. */
  id: string;
  name: string;
  url: string;
}

export interface CloudContext {
  /** Users only. */
  state: State;
  switches: CloudSwitches;
  apps: Map<string, CloudApp>;
  /** All of them, seen by users or not. */
  sites(): readonly Site[];
  grants: Grants;
}

/** In the order of the switch. */
export const visibleSites = (context: CloudContext): Site[] =>
  context.switches.sites.flatMap((name) => context.sites().filter((site) => site.name === name));
