/** Build statuses and deployments as a test reads them. */
import type { StandInContext } from '../context.js';
import type { BuildStatus } from './build-status.js';
import type { Deployment } from './deployment.js';
import { statusesOf } from './memory.js';

export interface BuildStatusesDriver {
  /** Everything that was accepted, in order of arrival. */
  readonly posted: readonly Readonly<BuildStatus>[];
  /** Of a commit the newest of each key, newest first. */
  of(commit: string): readonly Readonly<BuildStatus>[];
  /** One for each key, environment and number, as last told. */
  readonly deployments: readonly Readonly<Deployment>[];
}

export const createBuildStatusesDriver = ({
  buildStatuses,
  deployments,
}: StandInContext): BuildStatusesDriver => ({
  posted: buildStatuses.posted,
  of: (commit) => statusesOf(buildStatuses, commit),
  deployments,
});
