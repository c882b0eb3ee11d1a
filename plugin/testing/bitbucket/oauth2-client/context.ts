/** What the parts of the OAuth 2.0 client share, beside what the whole stand-in does. */
import type { StandInContext } from '../context.js';
import type { ClientConfig } from './client-config.js';
import type { ClientToken } from './client-token.js';
import { createFlows, type Flows } from './flows.js';
import { createKeyedLocks, type KeyedLocks } from '../keyed-locks.js';
import { defaultSwitches, type OAuth2ClientSwitches } from './switches.js';

export interface OAuth2ClientContext extends StandInContext {
  switches: OAuth2ClientSwitches;
  /** Outgoing links by id, oldest first. */
  configs: Map<string, ClientConfig>;
  /** Tokens that features keep, by id. */
  clientTokens: Map<string, ClientToken>;
  flows: Flows;
  locks: KeyedLocks;
  /** What only the log of the original tells: why a browser was sent home without a word. */
  log: string[];
}

export const createOAuth2Client = (context: StandInContext): OAuth2ClientContext => ({
  ...context,
  switches: defaultSwitches(),
  configs: new Map(),
  clientTokens: new Map(),
  flows: createFlows(() => context.now()),
  locks: createKeyedLocks(),
  log: [],
});
