import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountsState,
  findProcesses,
  markerName,
  removeFolder,
  unknownFiles,
} from '../../scripts/traces.js';

describe('traces of a test run', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'applinks-traces-')));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('processes', () => {
    const marker = randomUUID();
    let child: ChildProcess | undefined;

    before(function () {
      if (process.platform !== 'linux') this.skip();
    });

    afterEach(async () => {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = undefined;
    });

    it('are found by the marker that they were born with', async () => {
      child = spawn('sleep', ['60'], { env: { ...process.env, [markerName]: marker }, detached: true });
      await once(child, 'spawn');
      expect(findProcesses(marker, folder)).to.deep.equal([{ pid: child.pid, command: 'sleep 60' }]);
    });

    it('are found by their folder when they were given another environment', async () => {
      const inner = join(folder, 'data');
      mkdirSync(inner);
      child = spawn('sleep', ['60'], { cwd: inner, env: {} });
      await once(child, 'spawn');
      expect(findProcesses(marker, folder).map(({ pid }) => pid)).to.deep.equal([child.pid]);
    });

    it('of others are left alone, those of a folder with a longer name included', async () => {
      const beside = `${folder}-beside`;
      mkdirSync(beside);
      child = spawn('sleep', ['60'], { cwd: beside, env: { [markerName]: randomUUID() } });
      await once(child, 'spawn');
      expect(findProcesses(marker, folder)).to.be.empty;
      rmSync(beside, { recursive: true });
    });
  });

  it('include files that git does not know, ignored or not', () => {
    spawnSync('git', ['init', '--quiet'], { cwd: folder });
    writeFileSync(join(folder, '.gitignore'), 'data/\n');
    spawnSync('git', ['add', '.'], { cwd: folder });
    expect(unknownFiles(folder)).to.be.empty;
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'applinks.db'), '');
    writeFileSync(join(folder, 'notes'), '');
    expect(unknownFiles(folder)).to.have.members(['notes', 'data/']);
  });

  it('include no file outside of a checkout', () => {
    expect(unknownFiles(folder)).to.be.empty;
  });

  it('are removed, folders that may not be entered included', () => {
    const locked = join(folder, 'build', 'locked');
    mkdirSync(join(locked, 'inner'), { recursive: true });
    writeFileSync(join(locked, 'inner', 'file'), '');
    chmodSync(locked, 0);
    removeFolder(folder);
    expect(existsSync(folder)).to.equal(false);
    removeFolder(folder);
  });

  it('include the accounts of the machine', () => {
    expect(accountsState())
      .to.equal(accountsState())
      .and.to.match(/^[0-9a-f]{64}$/);
  });
});
