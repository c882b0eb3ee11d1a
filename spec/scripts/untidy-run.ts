/** Not a spec of the project: what test.spec.ts gives the test runner to complain of. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('an untidy run', () => {
  it('passes', () => undefined);

  it('fails', () => {
    throw new Error('on purpose');
  });

  it('leaves a file and, without our environment, a process', () => {
    writeFileSync(join(tmpdir(), 'forgotten.txt'), '');
    spawn('sleep', ['60'], { cwd: tmpdir(), env: {}, detached: true, stdio: 'ignore' }).unref();
  });

  it('leaves a timer', () => {
    if (process.env.UNTIDY_TIMER !== undefined) setInterval(() => undefined, 1000);
  });
});
