/**
 * Who runs a queued build: one conditional UPDATE gives it to one claimer, however many servers there are. A claim is
 * a lease, so a build whose server died is found and told so; nothing that was queued is lost by a crash.
 */
import type { Database } from '../database.js';
import { toBuild, type Build, type Outcome } from './build.js';

export const leaseMs = 30_000;

export interface Claims {
  /** The oldest queued build, now running on this server. */
  claim(serverId: string): Promise<Build | undefined>;
  /** Keeps these claims alive; returns those of them that somebody wants stopped. */
  renew(ids: readonly string[]): Promise<Build[]>;
  /** False when the build was not running any more. */
  finish(id: string, outcome: Outcome): Promise<boolean>;
  /** Marks builds whose server died: all of `ownServerId` (at its start), without it those whose lease ran out. */
  interrupt(ownServerId?: string): Promise<Build[]>;
}

export function createClaims(database: Database, clock: () => number = Date.now): Claims {
  const running = () => database.updateTable('ci_builds').where('status', '=', 'running');
  return {
    claim: async (serverId) => {
      const row = await database
        .updateTable('ci_builds')
        .set({
          status: 'running',
          server_id: serverId,
          started_at_ms: clock(),
          lease_expires_at_ms: clock() + leaseMs,
        })
        .where('id', '=', (query) =>
          query
            .selectFrom('ci_builds as oldest')
            .select('oldest.id')
            .where('oldest.status', '=', 'queued')
            .orderBy('oldest.queued_at_ms')
            .orderBy('oldest.number')
            .orderBy('oldest.id')
            .limit(1),
        )
        .where('status', '=', 'queued')
        .returningAll()
        .executeTakeFirst();
      return row && toBuild(row);
    },
    renew: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await running()
        .set({ lease_expires_at_ms: clock() + leaseMs })
        .where('id', 'in', [...ids])
        .returningAll()
        .execute();
      return rows.filter((row) => row.stop_requested_by !== null).map(toBuild);
    },
    finish: async (id, { status, reason }) => {
      const result = await running()
        .set({ status, reason, finished_at_ms: clock(), lease_expires_at_ms: null })
        .where('id', '=', id)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    interrupt: async (ownServerId) => {
      const update = running()
        .set({
          status: 'interrupted',
          reason: 'The server stopped while this build was running.',
          finished_at_ms: clock(),
          lease_expires_at_ms: null,
        })
        .returningAll();
      const dead =
        ownServerId === undefined
          ? update.where('lease_expires_at_ms', '<', clock())
          : update.where('server_id', '=', ownServerId);
      return (await dead.execute()).map(toBuild);
    },
  };
}
