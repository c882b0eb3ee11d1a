/**
 * The stand-in's own side of a link's OAuth: levels as stored, and what changing them does (applinks-oauth1.md 3.1,
 * 3.3). Setting a level wipes a configuration made by hand; switching incoming on without a consumer fetches the
 * other side's consumer-info; switching a direction off drops its tokens.
 */
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { consumerOf, removeIncoming, storeConsumer, type TwoLeggedFlags } from './incoming-consumer.js';
import { providerClasses } from './link-types.js';
import {
  flagsOfLevel,
  levelOfConsumer,
  levelOfProviders,
  providersOfLevel,
  type Level,
  type Levels,
} from './oauth-levels.js';
import { fetchConsumerInfo } from './remote-consumer-info.js';

export const localLevels = ({ state }: LinkingContext, link: Link): Levels => ({
  incoming: levelOfConsumer(consumerOf(state, link)),
  outgoing: levelOfProviders(link.providers),
});

const oauthClasses = [providerClasses.threeLegged, providerClasses.twoLegged, providerClasses.impersonating];

export function setOutgoing(context: LinkingContext, link: Link, level: Level): void {
  const wanted = new Set(providersOfLevel(level));
  for (const name of oauthClasses) {
    if (wanted.has(name)) link.providers.set(name, {});
    else link.providers.delete(name);
  }
  if (!level.enabled) context.state.tokens.deleteLink(link.id);
}

/**
 * Fetches the other side's consumer-info and stores it with these flags, whatever was stored. Undefined when it
 * worked, else a sentence that says why not.
 */
export async function fetchIncoming(
  context: LinkingContext,
  link: Link,
  flags: TwoLeggedFlags,
): Promise<string | undefined> {
  const consumer = await fetchConsumerInfo(context, link.rpcUrl);
  if (typeof consumer === 'string') return consumer;
  storeConsumer(context.state, link, consumer, flags);
  return undefined;
}

/** An existing consumer keeps its key and gets new flags. Undefined when it worked, else why not. */
export async function setIncoming(
  context: LinkingContext,
  link: Link,
  level: Level,
): Promise<string | undefined> {
  if (!level.enabled) {
    removeIncoming(context.state, link);
    return undefined;
  }
  const existing = consumerOf(context.state, link);
  if (!existing) return fetchIncoming(context, link, flagsOfLevel(level));
  Object.assign(existing, flagsOfLevel(level));
  return undefined;
}
