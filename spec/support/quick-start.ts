/** The quick start of the README, taken out of it and brought to life as a project of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrowser } from 'express-applinks/testing';
import { allow } from './consent.js';
import { checkout, compile, writeProject } from './package-tarball.js';
import { captureOutput } from './secrets.js';
import { TestConsumer, type Answer } from './test-consumer.js';

const marker = '<!-- quick start -->';
const startDeadlineMs = 15_000;

export function quickStart(readme = readFileSync(join(checkout, 'README.md'), 'utf8')): string {
  const code = readme.split(marker)[1]?.match(/^\s*```ts\n(.*?)\n```/s)?.[1];
  if (code === undefined) throw new Error(`README.md has no \`\`\`ts block after ${marker}.`);
  return code;
}

/** @returns what the compiler complains of. */
export async function compileQuickStart(project: string): Promise<string> {
  await writeProject(project, { 'app.ts': quickStart() });
  return compile(project);
}

export interface RunningQuickStart {
  baseUrl: string;
  stop(): Promise<void>;
}

/** Runs the compiled project. */
export async function runQuickStart(project: string): Promise<RunningQuickStart> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const secret = (): string => randomBytes(32).toString('base64');
  const child = spawn(process.execPath, ['app.js'], {
    cwd: project,
    env: {
      ...process.env,
      BASE_URL: baseUrl,
      PORT: String(port),
      ENCRYPTION_KEY: secret(),
      SESSION_SECRET: secret(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said.push(chunk.toString());
      captureOutput(chunk);
    });
  }
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  const deadlineMs = Date.now() + startDeadlineMs;
  while (!(await answers(baseUrl))) {
    if (child.exitCode === null && Date.now() < deadlineMs) await sleep(50);
    else {
      await stop();
      throw new Error(`The quick start does not start:\n${said.join('')}`);
    }
  }
  return { baseUrl, stop };
}

/** What the README promises: an administrator enters a link, a user consents, and the link starts a build as them. */
export async function buildThroughALink(baseUrl: string): Promise<Answer> {
  const admin = createBrowser();
  await admin.get(`${baseUrl}/login?user=admin`);
  const form = await admin.get(`${baseUrl}/applinks/admin/links/new`);
  const created = await admin.submit(form, {
    fields: { name: 'Bitbucket', key: 'bitbucket' },
    button: 'Create link',
  });
  const consumerSecret = created.textOf('secret');
  if (consumerSecret === undefined)
    throw new Error(`No secret on ${created.url}: ${created.status} ${created.text}`);
  const consumer = new TestConsumer(baseUrl, {
    consumerKey: 'bitbucket',
    signatureMethod: 'HMAC-SHA1',
    consumerSecret,
  });
  const request = await consumer.requestToken('https://bitbucket.example.test/callback');
  const access = await consumer.accessToken(request, await allow(baseUrl, 'ana', request.token));
  return consumer.call('POST', '/api/builds', access);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}
