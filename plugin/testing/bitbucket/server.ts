/** The HTTP side of the stand-in: reads a request into plain values and writes the answer. */
import { pipeline } from 'node:stream/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer, Incoming } from './answer.js';
import { writeFaulty, type FaultyAnswers } from './faulty-answers.js';
import { html, page } from './html.js';
import { recordOf, type ReceivedRequest } from './received.js';
import { basicUser, type Sessions } from './sessions.js';
import type { State } from './state.js';
import type { IncomingHttpHeaders } from 'node:http';

export interface ServerOptions {
  state: State;
  sessions: Sessions;
  /** Empty, or a path with a leading slash. */
  contextPath: string;
  faults: FaultyAnswers;
  /** Grows with every request that reached the application. */
  received: ReceivedRequest[];
  /** Milliseconds since 1970, for the header `Date`. */
  now: () => number;
  /** Whether what is sent there is handed on unread. */
  isUpload: (path: string) => boolean;
  answer: (incoming: Omit<Incoming, 'captures'>, headers: IncomingHttpHeaders) => Promise<Answer>;
}

const maxBodyBytes = 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The address that was asked for, or why it is none of ours. */
function addressOf(request: IncomingMessage, { contextPath }: ServerOptions): URL | Answer {
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(origin + target)) {
    return page('Bad request', html`<p class="error">This address is malformed.</p>`, 400);
  }
  const url = new URL(origin + target);
  if (contextPath && url.pathname !== contextPath && !url.pathname.startsWith(`${contextPath}/`)) {
    return page('Not found', html`<p class="error">The application is mounted at ${contextPath}.</p>`, 404);
  }
  return url;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  const url = addressOf(request, options);
  if (!(url instanceof URL)) {
    await write(response, url);
    return;
  }
  const { contextPath, sessions } = options;
  const { headers } = request;
  const path = url.pathname.slice(contextPath.length) || '/';
  const upload = options.isUpload(path) ? request : undefined;
  const incoming = {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    base: url.origin + contextPath,
    body: upload ? '' : await bodyOf(request),
    upload,
    user: sessions.userOf(headers),
    formToken: sessions.formTokenOf(headers),
    oauthConsumerKey: undefined,
    basicUser: basicUser(options.state, headers.authorization),
  };
  const { method, body } = incoming;
  const record = recordOf({ method, path, body, query: url.search.slice(1) }, headers);
  options.received.push(record);
  const fault = options.faults.take(record);
  const run = (): Promise<Answer> => options.answer(incoming, headers);
  if (fault) await writeFaulty(response, fault, run);
  else await write(response, await run());
}

async function write(response: ServerResponse, { status, headers, body, stream }: Answer): Promise<void> {
  if (stream) {
    response.writeHead(status, headers);
    await pipeline(stream, response);
    return;
  }
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

export function createStandInServer(options: ServerOptions): Server {
  return createServer((request, response) => {
    response.setHeader('Date', new Date(options.now()).toUTCString());
    respond(request, response, options).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else void write(response, page('Server error', html`<p class="error">${message}</p>`, 500));
    });
  });
}

export const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Ends idle and busy connections alike: a test must not hang on a keep-alive. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
