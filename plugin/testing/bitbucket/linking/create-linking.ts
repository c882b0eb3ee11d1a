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

export function createLinking(context: StandInContext): LinkingContext {
  const { product: typeId, serverId: id } = context.state;
  return {
    ...context,
    own: () => ({ id, typeId, name: names[typeId], baseUrl: context.baseUrl() }),
    awaitingReturn: new Set(),
    switches: defaultSwitches(),
    capabilities: createCapabilityCache(context),
  };
}
