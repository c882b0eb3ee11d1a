/** The quick start of the README, taken out of it and brought to life as a project of its own. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrowser } from 'express-applinks/testing';
import { allow, locationOf } from './consent.js';
import { checkout, compile, writeProject } from './package-tarball.js';
import { captureOutput, rememberSecret } from './secrets.js';
import { send, TestConsumer, type Answer } from './test-consumer.js';

const marker = '<!-- quick start -->';
const startDeadlineMs = 15_000;

export function quickStart(readme = readFileSync(join(checkout, 'README.md'), 'utf8')): string {
  const code = readme.split(marker)[1]?.match(/^\s*```ts\n(.*?)\n```/s)?.[1];
  if (code === undefined) throw new Error(`README.md has no \`\`\`ts block after ${marker}.`);
  return code;
}

/** What the examples besides the quick start take for granted. */
const given = `
import type express from 'express';
import { createApplinks, type Applinks, type ApplinksOptions, type HostUser } from 'express-applinks';
declare const app: express.Express;
declare const applinks: Applinks;
declare const options: ApplinksOptions;
declare const linkId: string;
declare const user: HostUser;
declare const [CLOUD_CLIENT_ID, CLOUD_CLIENT_SECRET]: [string, string];
declare const [token, commit, buildUrl]: [string, string, string];
declare const queue: { add(...job: unknown[]): Promise<void> };
`;

/** Every other ```ts block of the README, each as the body of a function, its imports before all. @returns what the compiler complains of. */
export async function compileExamples(project: string): Promise<string> {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```ts\n(.*?)\n```/gs)].map(([, code = '']) => code).slice(1);
  if (blocks.length < 3) throw new Error('README.md has lost its examples.');
  const imports = blocks.flatMap((code) => code.match(/^import .*;$/gm) ?? []);
  const bodies = blocks.map((code, index) => {
    const body = code.replace(/^import .*;$/gm, '');
    return `export async function example${index}() {\n${body}\n}`;
  });
  await writeProject(project, { 'examples.ts': [...imports, given, ...bodies].join('\n') });
  return compile(project);
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

/** The same by OAuth 2.0, for a client that the administrator lets in by the pages. */
export async function buildThroughAClient(baseUrl: string): Promise<Answer> {
  const redirectUri = 'https://client.example.test/callback';
  const admin = createBrowser();
  await admin.get(`${baseUrl}/login?user=admin`);
  const named = await admin.get(`${baseUrl}/applinks/admin/create/oauth2-incoming`);
  const guide = await admin.submit(named, { fields: { name: 'Robot' } });
  const form = guide.forms.findIndex(({ fields }) => fields.some(([name]) => name === 'placeholder_uri'));
  const made = await admin.submit(guide, {
    ...{ form, fields: { client_type: 'confidential', redirect: 'shown', redirect_uri: redirectUri } },
  });
  const clientId = made.textOf('client-id') ?? '';
  const clientSecret = rememberSecret(made.textOf('client-secret') ?? '', 'consumer secret');
  const verifier = rememberSecret(randomBytes(32).toString('base64url'), 'verifier');
  const ana = createBrowser({ redirects: 0 });
  await ana.get(`${baseUrl}/login?user=ana`);
  const asked = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'build', state: 's' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const consent = await ana.get(`${baseUrl}/oauth2/authorize?${asked.toString()}`);
  const back = new URL(locationOf(await ana.submit(consent, { button: 'authorize' })));
  const answer = await fetch(`${baseUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: verifier },
      code: rememberSecret(back.searchParams.get('code') ?? '', 'code'),
      ...{ client_id: clientId, client_secret: clientSecret },
    }),
  });
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  rememberSecret(tokens.refresh_token, 'refresh token');
  const authorization = `Bearer ${rememberSecret(tokens.access_token, 'access token')}`;
  return send(`${baseUrl}/api/builds`, { method: 'POST', headers: { authorization } });
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
