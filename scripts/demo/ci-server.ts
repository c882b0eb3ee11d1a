/** The sample CI server as a process of its own, with a data folder that lives as long as the demonstration. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poll } from './poll.js';

export interface CiServer {
  url: string;
  administrator: { name: string; password: string };
  stop(): Promise<void>;
}

const startDeadlineMs = 30_000;
const stopDeadlineMs = 10_000;
const main = join(import.meta.dirname, '..', '..', 'sample-app', 'main.js');

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Keeps the end of what the server says, for the case that it does not start. */
function lastWords(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-2000)));
  }
  return () => text.trim();
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function untilHealthy(url: string, child: ChildProcess, words: () => string): Promise<void> {
  const isHealthy = async (): Promise<true | undefined> => {
    if (!isAlive(child)) throw new Error(`The CI server did not start. ${words()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    return answer?.ok ? true : undefined;
  };
  const late = (): string =>
    `The CI server was not ready within ${startDeadlineMs / 1000} seconds. ${words()}`;
  await poll(startDeadlineMs, isHealthy, late);
}

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await exited;
  clearTimeout(killer);
}

/** @throws Error with a sentence when the server does not start; nothing is left behind then. */
export async function startCiServer(): Promise<CiServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'express-applinks-demo-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const administrator = { name: 'admin', password: randomBytes(9).toString('base64url') };
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      PORT: String(port),
      BASE_URL: url,
      DATA_DIR: dataDir,
      ADMIN_USER: administrator.name,
      ADMIN_PASSWORD: administrator.password,
      LOG_LEVEL: 'warn',
    },
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilHealthy(url, child, lastWords(child));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, administrator, stop };
}
