/**
 * Finds what a test run left behind: files in the temporary folder that it was given, changes in the checkout,
 * processes that outlived it, accounts of the machine. A process is ours when it was born with the run's marker or
 * works in the run's folder: PostgreSQL overwrites its environment, and a build is not given ours.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const markerName = 'APPLINKS_TEST_RUN';

export interface LeftProcess {
  pid: number;
  command: string;
}

/** Empty where there is no Linux /proc. The calling process is left out. */
export function findProcesses(marker: string, folder: string): LeftProcess[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => isOurs(`/proc/${pid}`, marker, folder))
    .map((pid) => ({ pid: Number(pid), command: commandOf(`/proc/${pid}`) }));
}

function isOurs(proc: string, marker: string, folder: string): boolean {
  if (/^\d+ \(.*\) Z /s.test(read(`${proc}/stat`))) return false; // a zombie waits for its parent only
  const environment = read(`${proc}/environ`).split('\0');
  return (
    environment.includes(`${markerName}=${marker}`) || `${workingFolder(proc)}/`.startsWith(`${folder}/`)
  );
}

function commandOf(proc: string): string {
  return read(`${proc}/cmdline`).replaceAll('\0', ' ').trim();
}

/** Processes come and go, and those of others are not ours to read. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function workingFolder(proc: string): string {
  try {
    return readlinkSync(`${proc}/cwd`);
  } catch {
    return '';
  }
}

/** Files in the checkout that git does not know, ignored ones included; empty outside of a checkout. */
export function unknownFiles(root: string): string[] {
  const arguments_ = ['status', '--porcelain', '--untracked-files=all', '--ignored=matching'];
  const { stdout, status } = spawnSync('git', arguments_, { cwd: root, encoding: 'utf8' });
  if (status !== 0) return [];
  return stdout
    .split('\n')
    .filter((line) => /^(?:\?\?|!!) /.test(line))
    .map((line) => line.slice(3));
}

/** A digest of the machine's accounts and groups; they are the same before and after. */
export function accountsState(): string {
  const hash = createHash('sha256');
  for (const file of ['/etc/passwd', '/etc/group']) hash.update(read(file));
  return hash.digest('hex');
}

/** Removes a folder even where what is in it may not be entered, which stops an ordinary user's rm. */
export function removeFolder(folder: string): void {
  const unlock = (path: string): void => {
    chmodSync(path, 0o700);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) unlock(join(path, entry.name));
    }
  };
  if (existsSync(folder)) unlock(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
