import { expect } from 'chai';
import { readdir, symlink, writeFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure } from '../../../sample-app/ci/build-failure.js';
import { processesOf } from '../../../sample-app/ci/process-table.js';
import { buildCookie } from '../../../sample-app/ci/runner.js';
import { runnerFixture, serverId, type RunnerFixture } from '../support/runner-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

const isRoot = process.getuid?.() === 0;

describe('the runner', () => {
  const folder = temporaryFolder();
  let fixture: RunnerFixture;
  before(async () => {
    fixture = await runnerFixture(folder.path);
  });

  it('clones, runs ci.json of the repository and says who started it', async () => {
    const { status, reason, log, commit } = await fixture.run({ script: null });
    expect(log).to.include('Started by ada from Bitbucket').and.to.include('ok   greets several');
    expect({ status, reason }).to.deep.equal({ status: 'succeeded', reason: null });
    expect(commit).to.match(/^[0-9a-f]{40}$/);
    expect(log)
      .to.include(`Commit ${commit ?? ''}`)
      .and.to.match(/Finished: succeeded\n$/);
  });

  it('stops at the first command that fails, and keeps the order of both outputs', async () => {
    const { status, reason, log } = await fixture.run({
      script: 'echo one\necho two >&2\nfalse\necho three',
    });
    expect({ status, reason }).to.deep.equal({ status: 'failed', reason: 'The script ended with status 1.' });
    expect(log).to.include('one\ntwo\n').and.not.to.include('three');
  });

  it('gives the script an allow-list of variables, its own and those of the job', async () => {
    process.env.SERVER_SECRET = 'not for builds';
    const { log } = await fixture
      .run(
        {
          script: 'echo BEGIN; env; echo END',
          environment: { GREETING: 'hello world', PATH: '/job/cannot/set/this' },
          parameters: { TARGET: 'default', LEVEL: '1' },
        },
        { parameters: { TARGET: 'given' } },
      )
      .finally(() => delete process.env.SERVER_SECRET);
    const variables = Object.fromEntries(
      log
        .slice(log.indexOf('BEGIN\n') + 6, log.indexOf('END\n'))
        .trim()
        .split('\n')
        .map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
    ) as Record<string, string>;
    const shell = ['PWD', 'OLDPWD', '_', 'SHLVL'];
    expect(Object.keys(variables).filter((name) => !shell.includes(name))).to.have.members([
      ...['GREETING', 'TARGET', 'LEVEL', 'PATH', 'HOME', 'TMPDIR', 'LANG', 'CI'],
      ...['JOB_NAME', 'BUILD_NUMBER', 'BUILD_URL', 'GIT_BRANCH', 'GIT_COMMIT', 'APPLINKS_BUILD_COOKIE'],
    ]);
    expect(variables).to.include({ GREETING: 'hello world', TARGET: 'given', LEVEL: '1', CI: 'true' });
    expect(variables.PATH).to.equal(process.env.PATH);
    expect(variables.BUILD_URL).to.equal(`http://ci.example.com/job/demo/${variables.BUILD_NUMBER ?? ''}/`);
  });

  it('removes the workspace, even folders that their owner cannot enter', async () => {
    const { status, log } = await fixture.run({
      script:
        'pwd; mkdir -p "$TMPDIR/locked/inner"; touch "$TMPDIR/locked/inner/file"; chmod 0 "$TMPDIR/locked"',
    });
    expect(status, log).to.equal('succeeded');
    const workspace = /^(\/.*)\/source$/m.exec(log)?.[1] ?? '';
    expect(workspace).to.include('applinks-ci-build-');
    expect(existsSync(workspace)).to.equal(false);
  });

  it('ends a build at its time limit, children included', async () => {
    const { status, reason } = await fixture.run({ script: 'sleep 60 & sleep 60', timeLimitSeconds: 1 });
    expect({ status, reason }).to.deep.equal({
      status: 'failed',
      reason: 'The time limit of 1 seconds was reached.',
    });
  });

  it('ends a build that writes too much, and says so', async () => {
    const { status, reason, log } = await fixture.run(
      { script: 'while :; do echo 0123456789012345678901234567890123456789; done' },
      { parts: { largestLogBytes: 5000 } },
    );
    expect({ status, reason }).to.deep.equal({
      status: 'failed',
      reason: 'The build wrote more than 5000 bytes of log.',
    });
    expect(log.length).to.be.lessThan(5300);
    expect(log).to.match(/more than 5000 bytes of log\.\nFinished: failed\n$/);
  });

  it('stops a build on demand, with a survivor that left its process group', async () => {
    const stop = new AbortController();
    const work = fixture.run(
      { script: 'setsid sleep 60 >/dev/null 2>&1 &\necho ready\nsleep 60' },
      { signal: stop.signal },
    );
    await eventually(async () => (await fixture.log()).includes('ready') || undefined);
    stop.abort(new BuildFailure('Stopped by ada.', 'stopped'));
    const { status, reason, log } = await work;
    expect({ status, reason }).to.deep.equal({ status: 'stopped', reason: 'Stopped by ada.' });
    const buildId = `build-${/job\/demo\/(\d+)/.exec(log)?.[1] ?? ''}`;
    expect(await processesOf({ cookie: buildCookie(serverId, buildId) })).to.deep.equal([]);
  });

  it('fails with a sentence when the branch does not exist', async () => {
    const { status, reason, log } = await fixture.run({ branch: 'no-such-branch' });
    expect({ status, reason }).to.deep.equal({
      status: 'failed',
      reason: 'The repository could not be cloned.',
    });
    expect(log).to.include('no-such-branch');
  });

  it('fails with a sentence when git is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    const { reason } = await fixture.run({}).finally(() => (process.env.PATH = path));
    expect(reason).to.equal('git is not installed on this server, or not in its PATH: install git.');
  });

  it('fails when the job is gone', async () => {
    const parts = { jobs: { get: () => Promise.resolve(undefined) } };
    expect((await fixture.run({}, { parts })).reason).to.equal('The job was deleted.');
  });

  it('leaves no workspace behind, whatever happened', async () => {
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('applinks-ci-build-'));
    expect(left).to.deep.equal([]);
  });

  describe('as root', function () {
    before(function () {
      if (!isRoot) this.skip();
    });

    it('runs a build as a numeric user without an account, who owns the workspace', async () => {
      const { log, status } = await fixture.run({
        script: 'id -u; id -G; stat -c %u . ci.json "$HOME" "$TMPDIR"; touch made-here',
      });
      expect(status, log).to.equal('succeeded');
      const ids = [...log.matchAll(/^\d+$/gm)].map(Number);
      expect(new Set(ids).size).to.equal(1);
      expect(ids[0]).to.be.within(61_000, 61_183);
      expect(ids).to.have.length(6);
    });

    it('keeps the data folder from the build', async () => {
      const secret = join(folder.path, 'secret.txt');
      await writeFile(secret, 'top secret', { mode: 0o600 });
      const { log, status } = await fixture.run({ script: `cat ${secret}` });
      expect(status).to.equal('failed');
      expect(log).to.include('Permission denied').and.not.to.include('top secret');
    });

    it('follows no symbolic link of the repository when it hands the workspace over', async () => {
      const target = join(folder.path, 'target.txt');
      await writeFile(target, 'mine', { mode: 0o600 });
      await symlink(target, join(fixture.repository, 'link'));
      const git = (...args: string[]) => execFileSync('git', args, { cwd: fixture.repository });
      git('add', 'link');
      git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'link');
      const { log, status } = await fixture.run({ script: 'test -L link && cat link' });
      expect(status).to.equal('failed');
      expect(log).to.include('Permission denied').and.not.to.include('mine');
      await rm(target);
    });
  });
});
