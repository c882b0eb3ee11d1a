/**
 * A real PostgreSQL for specs: the server that DATABASE_URL names, otherwise one of our own, which starts when the
 * first spec asks for it and stops after the last one (root-hooks.ts).
 */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface FreshPostgres {
  /** Connection string of an empty database, or of an empty schema where databases may not be created. */
  url: string;
  drop(): Promise<void>;
}

interface Server {
  url: string;
  stop(): Promise<void>;
}

let server: Promise<Server> | undefined;
const undropped = new Set<FreshPostgres>();

/** Each spec gets its own, so that specs cannot meet. */
export async function freshPostgres(): Promise<FreshPostgres> {
  server ??= startServer();
  const { url } = await server;
  const name = `applinks_spec_${randomBytes(8).toString('hex')}`;
  const fresh = (await createDatabase(url, name)) ?? (await createSchema(url, name));
  undropped.add(fresh);
  return fresh;
}

/** Drops what specs left and stops the server, if it was started. */
export async function stopPostgres(): Promise<void> {
  const started = server;
  server = undefined;
  for (const fresh of [...undropped]) await fresh.drop();
  await (await started)?.stop();
}

async function createDatabase(serverUrl: string, name: string): Promise<FreshPostgres | undefined> {
  try {
    await execute(serverUrl, `create database ${name}`);
  } catch (error) {
    const insufficientPrivilege = '42501';
    if (error instanceof pg.DatabaseError && error.code === insufficientPrivilege) return undefined;
    throw error;
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return droppable(url.href, () => execute(serverUrl, `drop database if exists ${name} with (force)`));
}

async function createSchema(serverUrl: string, name: string): Promise<FreshPostgres> {
  await execute(serverUrl, `create schema ${name}`);
  const url = new URL(serverUrl);
  url.searchParams.set('options', `-c search_path=${name}`);
  return droppable(url.href, () => execute(serverUrl, `drop schema if exists ${name} cascade`));
}

function droppable(url: string, remove: () => Promise<void>): FreshPostgres {
  const fresh: FreshPostgres = {
    url,
    drop: async () => {
      undropped.delete(fresh);
      await remove();
    },
  };
  return fresh;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startServer(): Promise<Server> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: () => Promise.resolve() };
  const script = fileURLToPath(new URL('./postgres-server.js', import.meta.url));
  // Detached: an interrupt from the terminal must not reach it before the specs have ended.
  const child = spawn(process.execPath, [script], { detached: true, stdio: 'pipe' });
  return { url: await firstLine(child), stop: () => stop(child) };
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`The PostgreSQL of the specs did not start: ${complaint}`);
}

async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin.end();
  await exited;
}
