import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const untidy = 'dist/spec/scripts/untidy-run.js';

describe('the test runner', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-runner-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(
    environment: Record<string, string>,
    ...mochaArguments: string[]
  ): { status: number | null; lines: string[] } {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['dist/scripts/test.js', '--long', ...mochaArguments],
      { cwd: root, env: { ...process.env, TMPDIR: folder, ...environment }, encoding: 'utf8' },
    );
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  it('counts specs and traces in its last line, fails, and cleans up what the specs left', function () {
    if (process.platform !== 'linux') this.skip();
    const { status, lines } = run({}, untidy);
    expect(lines.at(-1)).to.equal('7 passed, 3 failed');
    expect(
      lines.filter((line) => line.startsWith('  ✘')),
      lines.join('\n'),
    ).to.have.members(['  ✘ no process is left', '  ✘ no file is left in the temporary folder']);
    expect(lines.join('\n'))
      .to.match(/✘ no process is left\n +\d+ sleep 60\n/)
      .and.match(/^ +forgotten\.txt$/m);
    expect(lines.filter((line) => /^\d+ passed/.test(line))).to.have.length(1);
    expect(status).to.equal(1);
    expect(readdirSync(folder)).to.be.empty;
  });

  it('does not wait for a timer that was left running', () => {
    const { status, lines } = run({ UNTIDY_TIMER: 'yes', APPLINKS_EXIT_GRACE_MS: '500' }, untidy);
    expect(lines.join('\n')).to.match(/✘ the specs end by themselves\n +A handle is still open/);
    expect(status).to.equal(1);
  });

  it('fails when mocha itself does not run', () => {
    const { status, lines } = run({}, untidy, '--require', 'no-such-file.js');
    expect(lines.at(-1)).to.equal('4 passed, 1 failed');
    expect(status).to.equal(1);
  });
});
