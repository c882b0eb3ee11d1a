/** `npm run demo` as a newcomer runs it, after the build: the printed steps, the exit status, nothing left behind. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBrowser } from 'express-applinks/testing';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'demo.js');

interface Run {
  status: number | null;
  output: string;
}

describe('npm run demo', () => {
  let temporary: string;

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'demo-spec-'));
  });
  afterEach(() => rm(temporary, { recursive: true, force: true }));

  /** `seen`: hears of all that was printed so far, and may stop the run. */
  const demo = (
    args: string[],
    env: Record<string, string | undefined> = {},
    seen: (output: string, interrupt: () => void) => void = () => undefined,
  ): Promise<Run> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, ...args], {
        env: { PATH: process.env.PATH, TMPDIR: temporary, ...env },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          seen(output, () => child.kill('SIGINT'));
        });
      }
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, output }));
    });

  it('goes all the way to a build that the consenting user started, and leaves nothing behind', async () => {
    const { status, output } = await demo([]);
    expect(output).to.match(
      /consumer registered[^]*request token[^]*consent: dora[^]*access token[^]*signed POST \/job\/demo\/build: answered 201/,
    );
    expect(output).to.match(
      /Cloning the demonstration repository[^]*Commit [0-9a-f]{40}[^]*ok {3}greets one[^]*build ended: SUCCESS\. Started by dora from Bitbucket/,
    );
    expect(output).to.match(
      /by redirect, begun at Bitbucket[^]*3LO[^]*2LO:[^]*2LOi[^]*deleted on both sides/,
    );
    for (const way of ['redirect', 'password'])
      for (const side of ['Bitbucket', 'the CI server'])
        expect(output).to.include(`link by ${way}, begun at ${side}`);
    expect(output.match(/tested at the CI server: Working/g)).to.have.length(4);
    expect(output).to.match(
      /with the placeholder[^]*placeholder corrected[^]*tested at Bitbucket: green[^]*with it: answered 201/,
    );
    expect(output).to.match(
      /consent asked[^]*It renews your token[^]*You are admin there[^]*token is revoked/,
    );
    expect(status).to.equal(0);
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it('stays up with --keep until it is interrupted, and tells where to click and how to log in', async () => {
    let visit: Promise<string> | undefined;
    const { status, output } = await demo(['--keep'], {}, (soFar, interrupt) => {
      const [, standIn] = /Bitbucket stand-in +(http:\S+)\n[^]*Try:/.exec(soFar) ?? [];
      if (standIn === undefined || visit !== undefined) return;
      visit = createBrowser()
        .get(standIn)
        .then(({ text }) => text)
        .finally(interrupt);
    });
    expect(await visit).to.include('Sample CI');
    expect(output)
      .to.match(/admin \/ \S+ +\(administrator\)/)
      .and.to.match(/dora \/ \S+ +\(may build\)/);
    expect(status).to.equal(0);
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it('says in a sentence what failed, without a stack trace, and ends with status 1', async () => {
    const { status, output } = await demo([], { PATH: '/nonexistent' });
    expect(output).to.match(/^The demonstration failed: The CI server did not start\. .*git/);
    expect(output).not.to.match(/\n +at /);
    expect(status).to.equal(1);
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it('refuses an option that it does not know', async () => {
    const { status, output } = await demo(['--keep-going']);
    expect(output).to.equal('Usage: npm run demo [-- --keep]\n');
    expect(status).to.equal(1);
  });
});
