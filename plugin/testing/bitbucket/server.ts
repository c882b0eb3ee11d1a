/** The HTTP side of the stand-in: reads a request into plain values and writes the answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer, Incoming } from './answer.js';
import { html, page } from './html.js';
import { basicUser, type Sessions } from './sessions.js';
import type { State } from './state.js';
import type { IncomingHttpHeaders } from 'node:http';

export interface ServerOptions {
  state: State;
  sessions: Sessions;
  /** Empty, or a path with a leading slash. */
  contextPath: string;
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

async function answerTo(request: IncomingMessage, options: ServerOptions): Promise<Answer> {
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(origin + target)) {
    return page('Bad request', html`<p class="error">This address is malformed.</p>`, 400);
  }
  const url = new URL(origin + target);
  const { contextPath } = options;
  if (contextPath && url.pathname !== contextPath && !url.pathname.startsWith(`${contextPath}/`)) {
    return page('Not found', html`<p class="error">The application is mounted at ${contextPath}.</p>`, 404);
  }
  const incoming = {
    method: request.method ?? 'GET',
    path: url.pathname.slice(contextPath.length) || '/',
    query: url.searchParams,
    base: url.origin + contextPath,
    body: await bodyOf(request),
    user: options.sessions.userOf(request.headers),
    basicUser: basicUser(options.state, request.headers.authorization),
  };
  return options.answer(incoming, request.headers);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

export function createStandInServer(options: ServerOptions): Server {
  return createServer((request, response) => {
    answerTo(request, options).then(
      (answer) => write(response, answer),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        write(response, page('Server error', html`<p class="error">${message}</p>`, 500));
      },
    );
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
