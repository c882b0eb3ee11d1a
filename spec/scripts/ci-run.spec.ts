import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(import.meta.dirname, '..', '..', '..', '.ci', 'run');

describe('.ci/run', () => {
  let folder: string;

  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'applinks-ci-'));
    mkdirSync(join(folder, '.ci'));
    cpSync(script, join(folder, '.ci', 'run'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the script with an npm that says and answers what it is told, and notes what it was asked for. */
  function run(npm: Record<'ci' | 'test' | 'test:long', string>): {
    status: number | null;
    last: string;
    asked: string;
  } {
    const cases = Object.entries(npm).map(([name, body]) => `${name}) ${body} ;;`);
    const text = `#!/usr/bin/env bash\necho "$*" >>asked\n[ "$1" = run ] && shift\ncase $1 in\n${cases.join('\n')}\nesac\n`;
    writeFileSync(join(folder, 'npm'), text, { mode: 0o755 });
    const environment = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
    const { status, stdout } = spawnSync('bash', ['.ci/run'], {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    });
    return {
      status,
      last: stdout.trimEnd().split('\n').at(-1) ?? '',
      asked: readFileSync(join(folder, 'asked'), 'utf8'),
    };
  }

  const fine = { ci: 'true', test: 'echo 10 passed, 0 failed', 'test:long': 'echo 3 passed, 0 failed' };

  it('installs, calls both, and closes with their sum', () => {
    const { status, last, asked } = run(fine);
    expect(last).to.equal('13 passed, 0 failed');
    expect(status).to.equal(0);
    expect(asked).to.match(/^ci .*\nrun test\nrun test:long\n$/);
  });

  it('counts what was skipped', () => {
    const { last } = run({ ...fine, 'test:long': 'echo 3 passed, 0 failed, 2 skipped' });
    expect(last).to.equal('13 passed, 0 failed, 2 skipped');
  });

  for (const [title, npm, expected] of [
    ['a spec', { ...fine, test: 'echo 9 passed, 1 failed; exit 1' }, '12 passed, 1 failed'],
    ['a long spec', { ...fine, 'test:long': 'echo 2 passed, 1 failed; exit 1' }, '12 passed, 1 failed'],
    ['the build', { ...fine, test: 'echo error TS2345; exit 2' }, '3 passed, 1 failed'],
    [
      'a run that counts no failure',
      { ...fine, test: 'echo 10 passed, 0 failed; exit 1' },
      '13 passed, 1 failed',
    ],
    ['the install', { ...fine, ci: 'exit 1' }, '0 passed, 1 failed'],
  ] as const) {
    it(`fails with ${title}`, () => {
      const { status, last } = run(npm);
      expect(last).to.equal(expected);
      expect(status).to.equal(1);
    });
  }

  it('fails when no test ran', () => {
    expect(run({ ...fine, 'test:long': 'true' })).to.include({ status: 1, last: '10 passed, 1 failed' });
  });

  it('reads no standard input', () => {
    expect(
      run({ ...fine, test: 'read -r line && echo 9 passed, 9 failed || echo 1 passed, 0 failed' }),
    ).to.include({
      status: 0,
      last: '4 passed, 0 failed',
    });
  });
});
