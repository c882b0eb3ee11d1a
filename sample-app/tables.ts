/** The tables of the CI server. Times are milliseconds since the epoch, flags 0 or 1, lists and maps JSON text. */
export type Role = 'administrator' | 'developer' | 'reader';
export type BuildStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'stopped' | 'interrupted';

export interface UsersTable {
  id: string;
  /** Lower case, unique. */
  name: string;
  password_hash: string;
  role: Role;
  disabled: number;
  created_at_ms: number;
}

export interface SessionsTable {
  /** SHA-256 of the session id: who reads the table cannot take over a session. */
  id_hash: string;
  user_id: string | null;
  data: string;
  expires_at_ms: number;
}

export interface JobsTable {
  id: string;
  name: string;
  description: string;
  git_url: string;
  branch: string;
  /** Script text; null: the repository's `ci.json`. */
  script: string | null;
  environment: string;
  parameters: string;
  time_limit_s: number;
  enabled: number;
  /** 1 for the job whose repository lies in the data folder, the only one cloned by the `file` protocol. */
  demonstration: number;
  created_at_ms: number;
}

export interface BuildsTable {
  id: string;
  job_id: string;
  number: number;
  status: BuildStatus;
  parameters: string;
  started_by_id: string;
  started_by_name: string;
  /** Name of the application link through which it was started; null for the user's own session. */
  via: string | null;
  commit_id: string | null;
  /** Why it did not succeed, one sentence. */
  reason: string | null;
  stop_requested_by: string | null;
  queued_at_ms: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  server_id: string | null;
  lease_expires_at_ms: number | null;
}

export interface SettingsTable {
  name: string;
  value: string;
}

export interface MigrationsTable {
  version: number;
}

export interface Tables {
  ci_users: UsersTable;
  ci_sessions: SessionsTable;
  ci_jobs: JobsTable;
  ci_builds: BuildsTable;
  ci_settings: SettingsTable;
  ci_migrations: MigrationsTable;
}
