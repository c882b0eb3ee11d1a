/** The other side of a link as each spec scripts it: plain node:http, remembers what came, answers what it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
  form: URLSearchParams;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string;
}

export interface ScriptedProvider {
  url: string;
  received: Received[];
  /** By path; a list is used up one by one, its last entry stays. */
  replies: Record<string, Reply | ((request: Received) => Reply)>;
  /** Requests to this path. */
  to(path: string): Received[];
  stop(): Promise<void>;
}

export const paths = {
  requestToken: '/plugins/servlet/oauth/request-token',
  authorize: '/plugins/servlet/oauth/authorize',
  accessToken: '/plugins/servlet/oauth/access-token',
} as const;

/** Sends the browser back as a provider does whose user has allowed. */
export function sendBack(added: Record<string, string>): (request: Received) => Reply {
  return ({ query }) => {
    const callback = new URL(query.get('oauth_callback') ?? '');
    for (const [name, value] of Object.entries(added)) callback.searchParams.set(name, value);
    return { status: 302, headers: { Location: callback.href } };
  };
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const received: Received[] = [];
  const replies: ScriptedProvider['replies'] = {
    [paths.requestToken]: { body: 'oauth_token=rt-1&oauth_token_secret=rts-1&oauth_callback_confirmed=true' },
    [paths.authorize]: sendBack({ oauth_token: 'rt-1', oauth_verifier: 'v-1' }),
    [paths.accessToken]: { body: 'oauth_token=at-1&oauth_token_secret=ats-1&oauth_session_handle=sh-1' },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://provider.example');
      const body = Buffer.concat(chunks).toString('utf8');
      const seen: Received = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body,
        form: new URLSearchParams(body),
      };
      received.push(seen);
      const scripted = replies[seen.path] ?? { status: 404 };
      const reply = typeof scripted === 'function' ? scripted(seen) : scripted;
      response.writeHead(reply.status ?? 200, reply.headers);
      response.end(reply.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    replies,
    to: (path) => received.filter((request) => request.path === path),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
