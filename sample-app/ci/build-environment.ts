/**
 * The variables that the commands of a build see: an allow-list. The server's own (database address, first
 * administrator's password) never get there. What the server sets wins over what a job declares.
 */
import type { Build } from './build.js';
import type { Job } from './jobs.js';
import type { Workspace } from './workspace.js';

export interface BuildContext {
  job: Job;
  build: Build;
  buildUrl: string;
  commit: string;
  workspace: Pick<Workspace, 'folder' | 'tmp'>;
}

export function buildEnvironment(context: BuildContext): Record<string, string> {
  const { job, build, buildUrl, commit, workspace } = context;
  return {
    ...job.environment,
    ...job.parameters,
    ...build.parameters,
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: workspace.folder,
    TMPDIR: workspace.tmp,
    LANG: 'C.UTF-8',
    CI: 'true',
    JOB_NAME: job.name,
    BUILD_NUMBER: String(build.number),
    BUILD_URL: buildUrl,
    GIT_BRANCH: job.branch,
    GIT_COMMIT: commit,
  };
}
