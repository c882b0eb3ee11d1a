/** The levels of OAuth in one direction and their JSON (applinks-oauth1.md 3.3). */
import type { IncomingConsumer } from '../state.js';
import { isRecord } from '../json-body.js';
import type { TwoLeggedFlags } from './incoming-consumer.js';
import { providerClasses } from './link-types.js';

export interface Level {
  enabled: boolean;
  twoLoEnabled: boolean;
  twoLoImpersonationEnabled: boolean;
}

export interface Levels {
  incoming: Level;
  outgoing: Level;
}

const level = (enabled: boolean, twoLo: boolean, impersonation: boolean): Level => ({
  enabled,
  twoLoEnabled: enabled && (twoLo || impersonation),
  twoLoImpersonationEnabled: enabled && impersonation,
});

export const disabled = level(false, false, false);
export const oauthDefault = level(true, true, false);
export const impersonating = level(true, true, true);

/** Not enabled wins over the rest, and impersonation implies 2LO. Undefined for anything but an object of booleans. */
export function readLevel(value: unknown): Level | undefined {
  if (!isRecord(value)) return undefined;
  const { enabled, twoLoEnabled = false, twoLoImpersonationEnabled = false } = value;
  if (typeof enabled !== 'boolean' || typeof twoLoEnabled !== 'boolean') return undefined;
  if (typeof twoLoImpersonationEnabled !== 'boolean') return undefined;
  return level(enabled, twoLoEnabled, twoLoImpersonationEnabled);
}

/** Undefined unless both directions are there. */
export function readLevels(value: unknown): Levels | undefined {
  if (!isRecord(value)) return undefined;
  const [incoming, outgoing] = [readLevel(value.incoming), readLevel(value.outgoing)];
  return incoming && outgoing ? { incoming, outgoing } : undefined;
}

/** 2LO or 2LOi without 3LO counts as nothing. */
export const levelOfProviders = (classes: { has(name: string): boolean }): Level =>
  level(
    classes.has(providerClasses.threeLegged),
    classes.has(providerClasses.twoLegged),
    classes.has(providerClasses.impersonating),
  );

/** The classes of a level, in the order in which a peer switches them on. */
export const providersOfLevel = (wanted: Level): string[] => [
  ...(wanted.enabled ? [providerClasses.threeLegged] : []),
  ...(wanted.twoLoEnabled ? [providerClasses.twoLegged] : []),
  ...(wanted.twoLoImpersonationEnabled ? [providerClasses.impersonating] : []),
];

/** `consumer` absent: nobody may call. */
export const levelOfConsumer = (
  consumer: Pick<IncomingConsumer, 'twoLegged' | 'impersonation'> | undefined,
): Level => (consumer ? level(true, consumer.twoLegged, consumer.impersonation) : disabled);

/** What a consumer of this level may do without a user. */
export const flagsOfLevel = ({ twoLoEnabled, twoLoImpersonationEnabled }: Level): TwoLeggedFlags => ({
  twoLegged: twoLoEnabled,
  impersonation: twoLoImpersonationEnabled,
});

export const isSameLevel = (one: Level, other: Level): boolean =>
  one.enabled === other.enabled &&
  one.twoLoEnabled === other.twoLoEnabled &&
  one.twoLoImpersonationEnabled === other.twoLoImpersonationEnabled;

export const swapped = ({ incoming, outgoing }: Levels): Levels => ({
  incoming: outgoing,
  outgoing: incoming,
});
