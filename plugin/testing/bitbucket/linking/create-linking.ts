/** Puts the linking side of the stand-in together. */
import type { StandInContext } from '../context.js';
import type { Product } from '../state.js';
import { defaultSwitches, type LinkingContext } from './context.js';
import { createCapabilityCache } from './remote-capabilities.js';

const names: Readonly<Record<Product, string>> = {
  stash: 'Bitbucket',
  jira: 'Jira',
  confluence: 'Confluence',
};

export interface LinkingOptions {
  /** Of the stand-in; throws before it has started. */
  baseUrl: () => string;
  /** Milliseconds since 1970. */
  clock: () => number;
}

export function createLinking(context: StandInContext, { baseUrl, clock }: LinkingOptions): LinkingContext {
  const { product: typeId, serverId: id } = context.state;
  return {
    ...context,
    own: () => ({ id, typeId, name: names[typeId], baseUrl: baseUrl() }),
    awaitingReturn: new Set(),
    switches: defaultSwitches(),
    capabilities: createCapabilityCache(context, clock),
  };
}
