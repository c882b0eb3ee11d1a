import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clone, gitEnvironment, headCommit, isBranchName } from '../../../sample-app/ci/git.js';
import { gitUrl } from '../../../sample-app/ci/names.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('git in the name of a job', () => {
  const folder = temporaryFolder();
  let repository = '';
  let clones = 0;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
      encoding: 'utf8',
    }).trim();

  before(async () => {
    repository = join(folder.path, 'repository');
    await mkdir(repository);
    git('init', '--quiet');
    git('symbolic-ref', 'HEAD', 'refs/heads/main');
    await writeFile(join(repository, 'file'), 'content');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
  });

  const attempt = async (from: string | { folder: string }, branch = 'main') => {
    clones += 1;
    const into = join(folder.path, `clone-${clones}`);
    const output: Buffer[] = [];
    const error = await clone({
      from,
      branch,
      into,
      cwd: folder.path,
      identity: undefined,
      cookie: `git-spec.${process.pid}`,
      signal: AbortSignal.timeout(10_000),
      onOutput: (chunk) => Promise.resolve(void output.push(chunk)),
    }).then(
      () => undefined,
      (reason: unknown) => (reason as Error).message,
    );
    return { into, error, output: Buffer.concat(output).toString() };
  };

  it('clones the demonstration repository, one commit deep, without hooks', async () => {
    await writeFile(join(repository, 'file'), 'newer');
    git('commit', '--quiet', '-a', '-m', 'two');
    const { into, error } = await attempt({ folder: repository });
    expect(error).to.equal(undefined);
    expect(await headCommit(into, undefined)).to.equal(git('rev-parse', 'HEAD'));
    expect(
      execFileSync('git', ['rev-list', '--count', 'HEAD'], { cwd: into, encoding: 'utf8' }).trim(),
    ).to.equal('1');
    expect(existsSync(join(into, '.git', 'hooks'))).to.equal(false);
  });

  const marker = (): string => join(folder.path, 'executed');

  for (const [what, url] of [
    ['a command as a transport', () => `ext::sh -c "touch ${marker()}"`],
    ['a local path as a URL', () => `file://${repository}`],
    ['a local path', () => repository],
    ['an option in the place of the URL', () => `--upload-pack=touch ${marker()}`],
    ['ssh with an option for a host', () => `ssh://-oProxyCommand=touch%20${marker()}/x`],
    ['the git protocol', () => 'git://127.0.0.1/repository'],
  ] as const) {
    it(`refuses ${what}, also when a job of the database holds it`, async () => {
      const { error, into } = await attempt(url());
      expect(error).to.equal('The repository could not be cloned.');
      expect(existsSync(into)).to.equal(false);
      expect(existsSync(marker())).to.equal(false);
    });

    it(`does not let an administrator enter ${what}`, () => {
      expect(gitUrl.safeParse(url()).success).to.equal(false);
    });
  }

  it('lets an administrator enter http and https only without credentials', () => {
    expect(gitUrl.safeParse('https://bitbucket.example.com/scm/p/r.git').success).to.equal(true);
    expect(gitUrl.safeParse('http://bitbucket.example.com:7990/scm/p/r.git').success).to.equal(true);
    expect(gitUrl.safeParse('https://user:secret@bitbucket.example.com/scm/p/r.git').success).to.equal(false);
  });

  for (const branch of [
    '--x',
    '--upload-pack=touch x',
    '-b',
    '',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'x.lock',
    'a\0b',
    '@{-1}',
    'a\nb',
    '/a',
    'a//b',
  ]) {
    it(`takes ${JSON.stringify(branch)} for no branch`, async () => {
      expect(await isBranchName(branch)).to.equal(false);
      expect((await attempt({ folder: repository }, branch)).error).to.include('is not the name of a branch');
    });
  }

  for (const branch of ['main', 'feature/PROJ-1_x', 'release-1.0', 'ünïcode', "it's"]) {
    it(`takes ${branch} for a branch`, async () => {
      expect(await isBranchName(branch)).to.equal(true);
    });
  }

  it('reads no submodule, which could name any transport', async () => {
    const hostile = `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ${marker()}"\n`;
    await writeFile(join(repository, '.gitmodules'), hostile);
    git('add', '.');
    git('commit', '--quiet', '-m', 'submodule');
    expect((await attempt({ folder: repository })).error).to.equal(undefined);
    expect(existsSync(marker())).to.equal(false);
  });

  it('never asks at a terminal, and reads no configuration of the machine', () => {
    expect(gitEnvironment('http:https', '/home')).to.include({
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'http:https',
    });
  });

  it('gives up at the deadline when the server on the other side says nothing', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const error = await clone({
      from: `http://127.0.0.1:${port}/x.git`,
      branch: 'main',
      into: join(folder.path, 'never'),
      cwd: folder.path,
      identity: undefined,
      cookie: `git-spec-silent.${process.pid}`,
      signal: AbortSignal.timeout(300),
      onOutput: () => Promise.resolve(),
    }).catch((reason: unknown) => reason);
    silent.close();
    expect((error as Error).name).to.equal('TimeoutError');
  });
});
