/**
 * Runs `git http-backend` as a CGI program: what the client uploads goes straight in, what comes out is the answer,
 * head first. Nothing but the request decides what it reads, and it sees one repository only.
 */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import { gitEnvironment } from '../repositories/git.js';
import type { Repository } from '../repositories/repository.js';

export interface GitRequest {
  repository: Repository;
  /** Below the repository: `info/refs`, `git-upload-pack`, `git-receive-pack`. */
  service: string;
  incoming: Incoming;
  headers: IncomingHttpHeaders;
  /** Whoever is named may push; that they may, is decided before. */
  user: string | undefined;
}

const endOfHead = Buffer.from('\r\n\r\n');

function environment({ repository, service, incoming, headers, user }: GitRequest): Record<string, string> {
  const given = (name: keyof IncomingHttpHeaders): string => String(headers[name] ?? '');
  return {
    ...gitEnvironment(repository.folder),
    GIT_PROJECT_ROOT: repository.folder,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${service}`,
    QUERY_STRING: incoming.query.toString(),
    REQUEST_METHOD: incoming.method,
    CONTENT_TYPE: given('content-type'),
    HTTP_CONTENT_ENCODING: given('content-encoding'),
    GIT_PROTOCOL: given('git-protocol'),
    // No CONTENT_LENGTH: with one, git waits forever for the rest of what a client that went away has promised.
    ...(user === undefined ? {} : { REMOTE_USER: user }),
  };
}

function readHead(head: string): Pick<Answer, 'status' | 'headers'> {
  const lines = head.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const { Status: status = '200', ...headers } = Object.fromEntries(lines);
  return { status: parseInt(status, 10), headers };
}

async function* following(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** Answers as soon as the head is there; the body follows while git still works. */
export async function runBackend(request: GitRequest): Promise<Answer> {
  const child = spawn('git', ['http-backend'], { env: environment(request) });
  // The client may hang up, and git may stop reading.
  child.stdin.on('error', () => undefined);
  child.on('error', () => child.stdout.destroy());
  child.stderr.resume();
  const { upload } = request.incoming;
  // A client that hangs up ends its upload without saying so.
  if (upload) upload.once('close', () => child.stdin.end()).pipe(child.stdin);
  else child.stdin.end();
  const output = child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  let read = Buffer.alloc(0);
  for await (const chunk of output) {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf(endOfHead);
    if (end === -1) continue;
    const rest = following(read.subarray(end + endOfHead.length), child.stdout);
    return { ...readHead(read.subarray(0, end).toString('latin1')), body: '', stream: Readable.from(rest) };
  }
  throw new Error('git http-backend has ended without an answer.');
}
