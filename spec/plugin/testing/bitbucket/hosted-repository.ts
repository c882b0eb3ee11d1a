/** A stand-in with one repository, a client of git and of REST, and a receiver of webhooks: how most of these specs begin. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  bitbucketStandIn,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
} from '../../../../plugin/testing/index.js';
import { rememberSecret } from '../../../support/secrets.js';
import { ask, type Answer } from './provider/calling-app.js';

export interface ReceivedHook {
  headers: IncomingHttpHeaders;
  body: string;
  json: Record<string, unknown>;
}

export interface HookReceiver {
  url: string;
  received: ReceivedHook[];
  /** 200 unless it is changed. */
  status: number;
  events(): string[];
}

export interface GitResult {
  exitCode: number | null;
  output: string;
}

export interface Credential {
  name: string;
  password: string;
}

export interface HostedRepository {
  standIn: BitbucketStandIn;
  /** SHOP/widget, whose branch main has one commit with README.md. */
  repository: string;
  /** Of main. */
  first: string;
  /** Of a user, by password unless an authorization is given; the answer's JSON is in `body`. */
  rest(
    method: string,
    path: string,
    options?: { user?: string; authorization?: string; json?: unknown },
  ): Promise<Answer>;
  /** Below `/rest/api/1.0/projects/SHOP/repos/widget`. */
  inRepository: string;
  receiver: HookReceiver;
  /** Below the working folder; credentials go into the address. */
  git(args: readonly string[], folder?: string): Promise<GitResult>;
  cloneUrl(credential?: Credential): string;
  /** Clones into a folder of this name. */
  clone(folder: string, credential?: Credential): Promise<GitResult>;
  /** Moves the stand-in's clock. */
  pass(seconds: number): void;
  stop(): Promise<void>;
}

export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

export const bodyOf = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

export const valuesOf = (answer: Answer): Record<string, unknown>[] =>
  bodyOf(answer).values as Record<string, unknown>[];

export const refusalOf = (answer: Answer): { status: number; context: unknown; exceptionName: unknown } => {
  const [error] = bodyOf(answer).errors as { context: unknown; exceptionName: unknown }[];
  return { status: answer.status, context: error!.context, exceptionName: error!.exceptionName };
};

async function startReceiver(): Promise<{ server: Server; receiver: HookReceiver }> {
  const received: ReceivedHook[] = [];
  const receiver: HookReceiver = {
    url: '',
    received,
    status: 200,
    events: () => received.map(({ headers }) => String(headers['x-event-key'])),
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const json = JSON.parse(body) as Record<string, unknown>;
      received.push({ headers: request.headers, body, json });
      response.writeHead(receiver.status).end('heard');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`;
  return { server, receiver };
}

export async function hostedRepository(options: BitbucketStandInOptions = {}): Promise<HostedRepository> {
  let nowMs = 1_800_000_000_000;
  const standIn = bitbucketStandIn({ clock: () => nowMs, ...options });
  await standIn.start();
  const { server, receiver } = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'hosted-repository-'));
  standIn.repositories.createProject({ key: 'SHOP', name: 'Shop' });
  const repository = await standIn.repositories.createRepository({
    project: 'SHOP',
    name: 'widget',
    permissions: { ana: 'REPO_WRITE' },
  });
  const files = { 'README.md': 'hello\n' };
  const first = await standIn.repositories.push({ repository, branch: 'main', user: 'ana', files });

  const git: HostedRepository['git'] = async (args, below = '.') => {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: devNull,
      GIT_TERMINAL_PROMPT: '0',
      ...{ GIT_AUTHOR_NAME: 'Ana', GIT_AUTHOR_EMAIL: 'ana@example.test' },
      ...{ GIT_COMMITTER_NAME: 'Ana', GIT_COMMITTER_EMAIL: 'ana@example.test' },
    };
    const child = spawn('git', args, { cwd: join(folder, below), env });
    const closed = once(child, 'close') as Promise<[number | null]>;
    const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { exitCode, output: out + err };
  };
  const cloneUrl: HostedRepository['cloneUrl'] = (credential) => {
    const url = new URL(standIn.repositories.cloneUrl(repository));
    if (credential) Object.assign(url, { username: credential.name, password: credential.password });
    return url.href;
  };
  return {
    standIn,
    repository,
    first,
    inRepository: '/rest/api/1.0/projects/SHOP/repos/widget',
    receiver,
    rest: (method, path, { user, authorization, json } = {}) => {
      const given = authorization ?? (user && basic(user, user === 'admin' ? 'sysadmin' : user));
      const headers = {
        ...(given && { Authorization: given }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      };
      return ask(method, standIn.url + path, headers, json === undefined ? undefined : JSON.stringify(json));
    },
    git,
    cloneUrl,
    clone: (into, credential) => git(['clone', '--quiet', cloneUrl(credential), into]),
    pass: (seconds) => void (nowMs += seconds * 1000),
    stop: async () => {
      await standIn.stop();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An HTTP access token of this user. */
export const tokenFor = (hosted: HostedRepository, user: string, ...permissions: string[]): string =>
  rememberSecret(hosted.standIn.accessTokens.create({ user, permissions }).token, 'access token');
