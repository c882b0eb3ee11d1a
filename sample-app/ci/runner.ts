/**
 * One build from clone to result: fresh workspace, clone, script, clean-up. Whatever happens ends in an outcome with
 * a sentence, in the log too. Time, output and the stop button cut a build; nothing it started outlives it.
 */
import { chooseBuildIdentity } from './build-identity.js';
import { buildEnvironment } from './build-environment.js';
import { BuildFailure } from './build-failure.js';
import type { Build, Outcome } from './build.js';
import type { Builds } from './builds.js';
import { clone, headCommit } from './git.js';
import type { Job, Jobs } from './jobs.js';
import type { Logs } from './logs.js';
import { runProcessGroup } from './process-group.js';
import { readScript } from './script.js';
import { createWorkspace, type Workspace } from './workspace.js';

export interface RunnerParts {
  builds: Pick<Builds, 'setCommit'>;
  jobs: Pick<Jobs, 'get'>;
  logs: Logs;
  /** Folder of the demonstration repository. */
  demonstrationRepository: string;
  buildUrl: (job: Job, build: Build) => string;
  /** Marks this server's processes. */
  serverId: string;
  largestLogBytes?: number;
  graceMs?: number;
}

/** Aborting `signal` with a BuildFailure ends the build with its status. */
export type Runner = (build: Build, signal: AbortSignal) => Promise<Outcome>;

const defaultLargestLog = 10 * 1024 * 1024;

export function buildCookie(serverId: string, buildId: string): string {
  return `${serverId}.${buildId}`;
}

export function createRunner(parts: RunnerParts): Runner {
  return async (build, signal) => {
    const say = (line: string): Promise<void> => parts.logs.append(build.id, `${line}\n`);
    const outcome = await attempt(parts, build, signal, say).catch(toOutcome);
    if (outcome.reason !== null) await say(outcome.reason);
    await say(`Finished: ${outcome.status}`);
    return outcome;
  };
}

async function attempt(
  parts: RunnerParts,
  build: Build,
  outerSignal: AbortSignal,
  say: (line: string) => Promise<void>,
): Promise<Outcome> {
  const job = await parts.jobs.get(build.jobId);
  if (job === undefined) throw new BuildFailure('The job was deleted.');
  const { userName, via } = build.startedBy;
  await say(`Started by ${userName}${via === null ? '' : ` from ${via}`}`);
  const cut = new AbortController();
  const deadline = setTimeout(
    () => cut.abort(new BuildFailure(`The time limit of ${job.timeLimitSeconds} seconds was reached.`)),
    job.timeLimitSeconds * 1000,
  );
  const signal = AbortSignal.any([outerSignal, cut.signal]);
  const onOutput = limitedOutput(parts, build, cut);
  const identity = await chooseBuildIdentity();
  const workspace = await createWorkspace(build.id, identity).catch(explainIdentity);
  const group = { identity, cookie: buildCookie(parts.serverId, build.id), signal, onOutput };
  try {
    await checkOut(parts, job, workspace, group, say);
    const commit = await headCommit(workspace.source, identity);
    await parts.builds.setCommit(build.id, commit);
    await say(`Commit ${commit}`);
    const script = await readScript(job, workspace.source);
    const status = await runProcessGroup({
      ...group,
      command: '/bin/sh',
      // One pipe for both, so that the log keeps their order.
      args: ['-e', '-c', `exec 2>&1\n${script}`],
      cwd: workspace.source,
      env: buildEnvironment({ job, build, buildUrl: parts.buildUrl(job, build), commit, workspace }),
      ...(parts.graceMs === undefined ? {} : { graceMs: parts.graceMs }),
    }).catch(explainIdentity);
    if (status !== 0) {
      throw new BuildFailure(
        status === null ? 'The script was killed by a signal.' : `The script ended with status ${status}.`,
      );
    }
    return { status: 'succeeded', reason: null };
  } finally {
    clearTimeout(deadline);
    await workspace.remove();
  }
}

async function checkOut(
  { demonstrationRepository }: RunnerParts,
  job: Job,
  workspace: Workspace,
  group: Omit<Parameters<typeof clone>[0], 'from' | 'branch' | 'into' | 'cwd'>,
  say: (line: string) => Promise<void>,
): Promise<void> {
  const { isDemonstration, gitUrl, branch } = job;
  await say(`Cloning ${isDemonstration ? 'the demonstration repository' : gitUrl}, branch ${branch}`);
  // The build's user can't read the data folder, so this one clone is made by the server.
  const cloning = isDemonstration
    ? { ...group, from: { folder: demonstrationRepository }, identity: undefined }
    : { ...group, from: gitUrl };
  await clone({ ...cloning, branch, into: workspace.source, cwd: workspace.folder }).catch(explainIdentity);
  await workspace.handOver();
}

function limitedOutput(
  { logs, largestLogBytes = defaultLargestLog }: RunnerParts,
  { id }: Build,
  cut: AbortController,
): (chunk: Buffer) => Promise<void> {
  let left = largestLogBytes;
  return async (chunk) => {
    const kept = chunk.subarray(0, Math.max(0, left));
    left -= chunk.length;
    if (kept.length > 0) await logs.append(id, kept);
    if (left < 0 && !cut.signal.aborted) {
      await logs.append(id, '\n');
      cut.abort(new BuildFailure(`The build wrote more than ${largestLogBytes} bytes of log.`));
    }
  };
}

function explainIdentity(error: unknown): never {
  if (['EPERM', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) {
    throw new BuildFailure(
      'This platform does not let the server run builds under another user: start the server as an ordinary user.',
    );
  }
  throw error;
}

function toOutcome(error: unknown): Outcome {
  if (error instanceof BuildFailure) return { status: error.status, reason: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 'failed', reason: `The server could not run this build: ${reason}` };
}
