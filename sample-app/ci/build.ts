/** A build as the server thinks of it, and how it is read from its row. */
import type { BuildStatus, BuildsTable } from '../tables.js';

export interface Starter {
  userId: string;
  userName: string;
  /** Name of the application link; null: the user's own session. */
  via: string | null;
}

export interface Build {
  /** Random, short, fit for an address. */
  id: string;
  jobId: string;
  /** Counts per job from 1. */
  number: number;
  status: BuildStatus;
  parameters: Readonly<Record<string, string>>;
  startedBy: Starter;
  commit: string | null;
  /** Why it did not succeed, one sentence. */
  reason: string | null;
  stopRequestedBy: string | null;
  queuedAtMs: number;
  startedAtMs: number | null;
  finishedAtMs: number | null;
}

export interface Outcome {
  status: Exclude<BuildStatus, 'queued' | 'running'>;
  reason: string | null;
}

export function isOver({ status }: Pick<Build, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

export function toBuild(row: BuildsTable): Build {
  return {
    id: row.id,
    jobId: row.job_id,
    number: row.number,
    status: row.status,
    parameters: JSON.parse(row.parameters) as Record<string, string>,
    startedBy: { userId: row.started_by_id, userName: row.started_by_name, via: row.via },
    commit: row.commit_id,
    reason: row.reason,
    stopRequestedBy: row.stop_requested_by,
    queuedAtMs: row.queued_at_ms,
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms,
  };
}
