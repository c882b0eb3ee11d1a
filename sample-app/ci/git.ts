/**
 * The only place that calls git on behalf of a job. An attacker who controls a URL, a branch name or a repository
 * would try `ext::sh -c …`, `file:///etc`, `--upload-pack=…` as a branch, hooks, filters from a configuration file,
 * submodules with any of these, or a prompt that waits for ever. Protocols are an allow-list, configuration files of
 * the machine are not read, outside values come behind `--` or `=`, and the caller's deadline ends it all.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { BuildFailure } from './build-failure.js';
import type { BuildIdentity } from './build-identity.js';
import { runProcessGroup } from './process-group.js';

const run = promisify(execFile);

/** How a network is reached from here; names nothing secret of the server. */
const networkVariables = [
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
];

export const gitMissing = 'git is not installed on this server, or not in its PATH: install git.';

export interface Clone {
  /** http or https; `{ folder }`: the demonstration repository, the only one read by the `file` protocol. */
  from: string | { folder: string };
  branch: string;
  /** A folder that doesn't exist yet. */
  into: string;
  cwd: string;
  identity: BuildIdentity | undefined;
  cookie: string;
  signal: AbortSignal;
  onOutput: (chunk: Buffer) => Promise<void>;
}

/** @throws BuildFailure */
export async function clone({ from, branch, into, ...group }: Clone): Promise<void> {
  await requireBranch(branch);
  const isLocal = typeof from !== 'string';
  const url = isLocal ? pathToFileURL(from.folder).href : from;
  const args = [
    ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'],
    ...[
      'clone',
      '--quiet',
      '--depth=1',
      '--single-branch',
      '--no-tags',
      '--no-recurse-submodules',
      '--template=',
    ],
    ...[`--branch=${branch}`, '--', url, into],
  ];
  const env = gitEnvironment(isLocal ? 'file' : 'http:https', group.cwd);
  const status = await runProcessGroup({ command: 'git', args, env, ...group }).catch(explainGit);
  if (status !== 0) throw new BuildFailure('The repository could not be cloned.');
}

/** The commit that is checked out in `folder`. @throws BuildFailure */
export async function headCommit(folder: string, identity: BuildIdentity | undefined): Promise<string> {
  try {
    const { stdout } = await run('git', ['rev-parse', '--verify', 'HEAD'], {
      cwd: folder,
      env: gitEnvironment('none', folder),
      timeout: 30_000,
      ...identity,
    });
    return stdout.trim();
  } catch (error) {
    return explainGit(error, 'The commit of the clone could not be read.');
  }
}

/** Syntax only; git decides. @throws BuildFailure when git is missing. */
export async function isBranchName(branch: string): Promise<boolean> {
  if (branch.startsWith('-') || branch.includes('\0')) return false;
  try {
    await run('git', ['check-ref-format', `refs/heads/${branch}`], { timeout: 10_000 });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return false;
    return explainGit(error, 'The name of the branch could not be checked.');
  }
}

async function requireBranch(branch: string): Promise<void> {
  if (!(await isBranchName(branch)))
    throw new BuildFailure(`${JSON.stringify(branch)} is not the name of a branch.`);
}

export function gitEnvironment(protocols: string, home: string): Record<string, string> {
  const network = networkVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(network),
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
}

function explainGit(error: unknown, otherwise?: string): never {
  if ((error as { code?: unknown }).code === 'ENOENT') throw new BuildFailure(gitMissing);
  if (otherwise === undefined) throw error;
  throw new BuildFailure(otherwise);
}
