import { expect } from 'chai';
import { chooseBuildIdentity } from '../../../sample-app/ci/build-identity.js';
import { BuildFailure } from '../../../sample-app/ci/build-failure.js';
import { runProcessGroup, type GroupCommand } from '../../../sample-app/ci/process-group.js';
import { processesOf } from '../../../sample-app/ci/process-table.js';
import { eventually } from '../support/waiting.js';

describe('the process group of a build', () => {
  let count = 0;

  const run = (script: string, options: Partial<GroupCommand> = {}) => {
    count += 1;
    const cookie = `process-group-spec.${process.pid}.${count}`;
    const output: Buffer[] = [];
    const work = runProcessGroup({
      command: '/bin/sh',
      args: ['-c', script],
      cwd: '/',
      env: { PATH: process.env.PATH ?? '' },
      identity: undefined,
      cookie,
      signal: new AbortController().signal,
      graceMs: 200,
      onOutput: (chunk) => Promise.resolve(void output.push(chunk)),
      ...options,
    });
    const text = (): string => Buffer.concat(output).toString();
    return { work, cookie, text };
  };

  it('reports the exit status and hands the output over', async () => {
    const { work, text } = run('echo out; echo err >&2; exit 3');
    expect(await work).to.equal(3);
    expect(text()).to.include('out').and.to.include('err');
  });

  it('gives nothing of the environment of the server', async () => {
    const { work, text, cookie } = run('env');
    await work;
    const names = text()
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names).to.include('APPLINKS_BUILD_COOKIE').and.not.to.include('HOME');
    expect(
      names.filter((name) => !['PATH', 'PWD', 'OLDPWD', '_', 'SHLVL'].includes(name ?? '')),
    ).to.deep.equal(['APPLINKS_BUILD_COOKIE']);
    expect(text()).to.include(cookie);
  });

  it('fails as spawn does when the command does not exist', async () => {
    const { work } = run('', { command: '/does/not/exist' });
    expect(await work.catch((error: unknown) => (error as { code?: string }).code)).to.equal('ENOENT');
  });

  it('is killed when the signal is aborted, even if it ignores SIGTERM', async () => {
    const stop = new AbortController();
    const { work, cookie, text } = run('trap "" TERM; echo ready; while :; do sleep 0.05; done', {
      signal: stop.signal,
    });
    await eventually(() => text().includes('ready') || undefined);
    stop.abort(new BuildFailure('enough', 'stopped'));
    expect(await work.catch((error: unknown) => error)).to.be.instanceOf(BuildFailure);
    expect(await processesOf({ cookie })).to.deep.equal([]);
  });

  it('lets a command clean up that heeds SIGTERM', async () => {
    const stop = new AbortController();
    const { work, text } = run('trap "echo cleaned; exit 0" TERM; echo ready; while :; do sleep 0.05; done', {
      signal: stop.signal,
      graceMs: 5000,
    });
    await eventually(() => text().includes('ready') || undefined);
    stop.abort(new BuildFailure('enough', 'stopped'));
    await work.catch(() => undefined);
    expect(text()).to.include('cleaned');
  });

  it('does not start at all when the signal was aborted before', async () => {
    const stop = new AbortController();
    stop.abort(new BuildFailure('too late'));
    const { work, text } = run('echo started', { signal: stop.signal });
    expect(await work.catch((error: unknown) => (error as Error).message)).to.equal('too late');
    expect(text()).to.equal('');
  });

  it('kills a background process that stayed in the group', async () => {
    const { work, cookie } = run('sleep 60 >/dev/null 2>&1 & echo done');
    expect(await work).to.equal(0);
    expect(await processesOf({ cookie })).to.deep.equal([]);
  });

  it('ends although a background process holds its output open', async () => {
    const { work, text } = run('sleep 60 & echo done');
    const startedAtMs = Date.now();
    expect(await work).to.equal(0);
    expect(Date.now() - startedAtMs).to.be.lessThan(2000);
    expect(text()).to.equal('done\n');
  });

  it('finds and kills a survivor that left the group with setsid', async function () {
    if (process.platform !== 'linux') this.skip();
    const { work, cookie } = run('setsid sleep 60 >/dev/null 2>&1 & sleep 0.2');
    expect(await work).to.equal(0);
    expect(await processesOf({ cookie })).to.deep.equal([]);
  });

  it('finds a survivor by its user too, when it has thrown its environment away', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    const identity = await chooseBuildIdentity();
    const { work } = run('env -i setsid sleep 60 >/dev/null 2>&1 & sleep 0.2; id -u', { identity });
    expect(await work).to.equal(0);
    expect(await processesOf({ uid: identity?.uid })).to.deep.equal([]);
  });

  it('hands the output over with back-pressure', async () => {
    let pending = 0;
    let most = 0;
    const { work } = run('dd if=/dev/zero bs=65536 count=64 2>/dev/null', {
      onOutput: async () => {
        pending += 1;
        most = Math.max(most, pending);
        await new Promise((resolve) => setTimeout(resolve, 1));
        pending -= 1;
      },
    });
    expect(await work).to.equal(0);
    expect(most).to.be.lessThanOrEqual(2);
  });
});
