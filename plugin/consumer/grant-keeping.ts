/**
 * What tokens of both protocols share while they are kept: several processes use the same grant, one of them renews it
 * while the others wait, since a second renewal with the old handle or refresh token would end the session
 * (applinks-oauth1.md 6.5; oauth2.md part 7, row 15).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.js';
import type { Grant } from '../store/outgoing.js';

export interface Turn<T> {
  connectionId: string;
  userId: string | null;
  /**
   * What to call with, as it is; undefined: it must be renewed.
   * @param isAwaited somebody has renewed it meanwhile: those who waited take what they waited for, however short it
   * lasts, or each would end the former's token
   */
  use: (grant: Grant, isAwaited: boolean) => T | undefined;
  /** The caller has claimed the renewal. Undefined: it is gone; null: others changed or removed it meanwhile. */
  renew: (grant: Grant) => Promise<T | undefined | null>;
  /** Who was to renew it did not come to an end. */
  giveUp: (grant: Grant) => T;
}

export interface GrantKeeping {
  /** Undefined when there is no grant (any more). */
  inTurn: <T>(turn: Turn<T>) => Promise<T | undefined>;
  /** Deletes it; false: it was renewed or replaced meanwhile, so another one may live. */
  forget: (grant: Grant, reason: string) => Promise<boolean>;
  isExpired: (grant: Grant) => boolean;
}

export const renewAheadMs = 60_000;
const pollMs = 100;
const touchIntervalMs = 60_000;

/** @param renewalTakesMs until when nobody takes a renewal over, since it may still succeed */
export function createGrantKeeping(
  { store, config, events }: Pick<Context, 'store' | 'config' | 'events'>,
  renewalTakesMs: number,
): GrantKeeping {
  const noteUse = async ({ id, lastUsedAtMs }: Grant, nowMs: number): Promise<void> => {
    if (lastUsedAtMs === null || nowMs - lastUsedAtMs > touchIntervalMs) await store.grants.touch(id, nowMs);
  };
  return {
    inTurn: async ({ connectionId, userId, use, renew, giveUp }) => {
      let awaited: number | undefined;
      for (let poll = 0; ; poll += 1) {
        const grant = await store.grants.get(connectionId, userId);
        if (!grant) return undefined;
        const nowMs = config.clock();
        const usable = use(grant, awaited !== undefined && awaited !== grant.revision);
        if (usable !== undefined) {
          await noteUse(grant, nowMs);
          return usable;
        }
        if (await store.grants.claimRenewal(grant.id, grant.revision, nowMs, nowMs + renewalTakesMs)) {
          const renewed = await renew(grant);
          if (renewed !== null) return renewed;
          continue;
        }
        if (poll * pollMs > renewalTakesMs) return giveUp(grant);
        awaited = grant.revision;
        await sleep(pollMs);
      }
    },
    forget: async (grant, reason) => {
      const isForgotten = await store.grants.removeUnchanged(grant.id, grant.revision);
      const { linkId, userId } = grant;
      if (isForgotten) events.emit('grant.removed', { linkId, userId, reason });
      return isForgotten;
    },
    isExpired: ({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= config.clock(),
  };
}
