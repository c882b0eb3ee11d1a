/**
 * The job that a newcomer can build at once: a small repository in the data folder, whose script tests a tiny
 * program. Made by git itself, with an author of its own, so that it works for a user who never configured git.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartupError } from '../startup-error.js';
import { gitEnvironment } from './git.js';
import type { Jobs } from './jobs.js';
import type { Settings } from './settings.js';

const run = promisify(execFile);

export const demonstrationJobName = 'demo';

const files: Readonly<Record<string, string>> = {
  'README.md': `# Demonstration

A program of one line, its tests, and the script that a build runs (ci.json).
`,
  'ci.json': `${JSON.stringify({ script: ['echo "Building $JOB_NAME #$BUILD_NUMBER at $GIT_COMMIT"', 'sh test.sh'] }, null, 2)}
`,
  'greet.sh': `# Prints a greeting for each argument.
for name in "$@"; do echo "Hello, $name!"; done
`,
  'test.sh': `# Tests greet.sh; ends with status 1 if one fails.
failed=0
check() {
  if [ "$2" = "$3" ]; then echo "ok   $1"; else echo "FAIL $1: expected '$3', got '$2'"; failed=1; fi
}
check "greets one" "$(sh greet.sh World)" "Hello, World!"
check "greets nobody" "$(sh greet.sh)" ""
check "greets several" "$(sh greet.sh Ada Linus | wc -l | tr -d ' ')" "2"
check "keeps spaces" "$(sh greet.sh 'Grace Hopper')" "Hello, Grace Hopper!"
exit "$failed"
`,
};

/** Makes repository and job once in the life of the data folder and of the database: what was deleted stays deleted. */
export async function ensureDemonstration(
  repository: string,
  jobs: Pick<Jobs, 'create'>,
  settings: Pick<Settings, 'claimOnce'>,
): Promise<void> {
  if (!existsSync(repository)) await createRepository(repository);
  if (!(await settings.claimOnce('demonstration'))) return;
  await jobs.create(
    {
      name: demonstrationJobName,
      description: 'Tests a tiny program. Its repository lies in the data folder of this server.',
      gitUrl: '',
      branch: 'main',
      script: null,
      environment: {},
      parameters: {},
      timeLimitSeconds: 300,
      enabled: true,
    },
    { isDemonstration: true },
  );
}

async function createRepository(repository: string): Promise<void> {
  const draft = `${repository}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) await writeFile(join(draft, name), content);
  await git(draft, 'init', '--quiet', '--template=');
  await git(draft, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  await git(draft, 'add', '--all');
  await git(draft, 'commit', '--quiet', '--message=A program of one line, and its tests');
  await rename(draft, repository);
}

async function git(cwd: string, ...args: string[]): Promise<void> {
  const identity = ['-c', 'user.name=Sample CI', '-c', 'user.email=sample-ci@localhost'];
  const options = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false'];
  try {
    await run('git', [...identity, ...options, ...args], {
      cwd,
      env: gitEnvironment('none', cwd),
      timeout: 30_000,
    });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StartupError(
      isMissing
        ? 'git is not installed, or not in PATH: install git and start again.'
        : 'The demonstration repository could not be made in the data folder: see that git works and that the disk has space.',
      error,
    );
  }
}
