/**
 * The stand-in's own side of a link's OAuth: levels as stored, and what changing them does (applinks-oauth1.md 3.1,
 * 3.3). Setting a level wipes a configuration made by hand; switching incoming on without a consumer fetches the
 * other side's consumer-info; switching a direction off drops its tokens.
 */
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import {
  levelOfConsumer,
  levelOfProviders,
  providersOfLevel,
  type Level,
  type Levels,
  type TwoLeggedFlags,
} from './oauth-levels.js';
import { providerClasses } from './link-types.js';
import { fetchConsumerInfo } from './remote-consumer-info.js';

export const localLevels = ({ consumers }: LinkingContext, link: Link): Levels => ({
  incoming: levelOfConsumer(consumers.ofLink(link.id)),
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

/** The consumer goes, with all tokens issued to it. */
export function removeIncoming(context: LinkingContext, link: Link): void {
  const key = context.consumers.remove(link.id);
  if (key !== undefined) context.revokeTokensOf(key);
}

/**
 * Fetches the other side's consumer-info and stores it with these flags, whatever was stored. Undefined when it
 * worked, else a sentence that says why not.
 */
export async function fetchIncoming(
  context: LinkingContext,
  link: Link,
  flags: TwoLeggedFlags & { executingTwoLOUser?: string | undefined },
): Promise<string | undefined> {
  const consumer = await fetchConsumerInfo(context, link.rpcUrl);
  if (typeof consumer === 'string') return consumer;
  context.consumers.put(link.id, { executingTwoLOUser: undefined, ...consumer, ...flags });
  return undefined;
}

/** An existing consumer keeps its key and gets new flags. Undefined when it worked, else why not. */
export async function setIncoming(
  context: LinkingContext,
  link: Link,
  level: Level,
): Promise<string | undefined> {
  if (!level.enabled) {
    removeIncoming(context, link);
    return undefined;
  }
  const flags = {
    twoLOAllowed: level.twoLoEnabled,
    twoLOImpersonationAllowed: level.twoLoImpersonationEnabled,
  };
  const existing = context.consumers.ofLink(link.id);
  if (!existing) return fetchIncoming(context, link, flags);
  context.consumers.put(link.id, { ...existing, ...flags });
  return undefined;
}
