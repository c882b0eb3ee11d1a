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
  /** What to call with, as it is; undefined: it must be renewed. */
  use: (grant: Grant) => T | undefined;
  /** The caller has claimed the renewal. Undefined: the grant is gone. */
  renew: (grant: Grant) => Promise<T | undefined>;
  /** Who was to renew it did not come to an end. */
  giveUp: (grant: Grant) => T;
}

export interface GrantKeeping {
  /** Undefined when there is no grant (any more). */
  inTurn: <T>(turn: Turn<T>) => Promise<T | undefined>;
  /** Deletes it unless it was renewed meanwhile. */
  forget: (grant: Grant, reason: string) => Promise<undefined>;
  isExpired: (grant: Grant) => boolean;
}

export const renewAheadMs = 60_000;
export const renewalTakesMs = 30_000;
const pollMs = 100;
const touchIntervalMs = 60_000;

export function createGrantKeeping({
  store,
  config,
  events,
}: Pick<Context, 'store' | 'config' | 'events'>): GrantKeeping {
  const noteUse = async ({ id, lastUsedAtMs }: Grant, nowMs: number): Promise<void> => {
    if (lastUsedAtMs === null || nowMs - lastUsedAtMs > touchIntervalMs) await store.grants.touch(id, nowMs);
  };
  return {
    inTurn: async ({ connectionId, userId, use, renew, giveUp }) => {
      for (let poll = 0; ; poll += 1) {
        const grant = await store.grants.get(connectionId, userId);
        if (!grant) return undefined;
        const nowMs = config.clock();
        const usable = use(grant);
        if (usable !== undefined) {
          await noteUse(grant, nowMs);
          return usable;
        }
        if (await store.grants.claimRenewal(grant.id, grant.revision, nowMs, nowMs + renewalTakesMs))
          return renew(grant);
        if (poll * pollMs > renewalTakesMs) return giveUp(grant);
        await sleep(pollMs);
      }
    },
    forget: async (grant, reason) => {
      const { linkId, userId } = grant;
      if (await store.grants.removeUnchanged(grant.id, grant.revision))
        events.emit('grant.removed', { linkId, userId, reason });
      return undefined;
    },
    isExpired: ({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= config.clock(),
  };
}
