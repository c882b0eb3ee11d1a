/** Puts the linking side of the stand-in together. */
import type { StandInContext } from '../context.js';
import { productFacts } from '../provider/product-facts.js';
import { defaultSwitches, type LinkingContext } from './context.js';
import { createCapabilityCache } from './remote-capabilities.js';

export function createLinking(context: StandInContext): LinkingContext {
  const { product: typeId, serverId: id } = context.state;
  return {
    ...context,
    own: () => ({ id, typeId, name: productFacts[typeId].name, baseUrl: context.baseUrl() }),
    awaitingReturn: new Set(),
    switches: defaultSwitches(),
    capabilities: createCapabilityCache(context),
  };
}
