/** The PostgreSQL of the specs leaves nothing behind, in whatever way its run ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';

const run = `
  const { freshPostgres } = await import(process.argv[1]);
  console.log((await freshPostgres()).url);
  setInterval(() => undefined, 1000);
`;

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('The PostgreSQL of a run of specs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-run-'));
    // As root the server runs under another user, who must get here.
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
    it(`is gone with its files after ${signal}`, async () => {
      const support = new URL('./postgres.js', import.meta.url).href;
      const child = spawn(process.execPath, ['--input-type=module', '-e', run, support], {
        env: { ...process.env, TMPDIR: folder, DATABASE_URL: '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
      const port = Number(new URL(url).port);
      expect(await isListening(port)).to.equal(true);
      expect(readdirSync(folder)).to.have.length(1);

      child.kill(signal);
      await once(child, 'exit');
      const deadlineMs = Date.now() + 10_000;
      while (readdirSync(folder).length > 0 && Date.now() < deadlineMs) await sleep(20);
      expect(readdirSync(folder)).to.deep.equal([]);
      expect(await isListening(port)).to.equal(false);
    });
  }
});
