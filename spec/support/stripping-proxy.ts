/** A reverse proxy as administrators set them up: it strips its prefix and names the backend in `Host`. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StrippingProxy {
  url: string;
  close(): Promise<void>;
}

export async function startStrippingProxy(prefix: string, backendPort: number): Promise<StrippingProxy> {
  const server = createServer((req, res) => {
    const target = req.url ?? '';
    if (!target.startsWith(prefix)) {
      res.writeHead(404).end('not behind this proxy');
      return;
    }
    const path = target.slice(prefix.length) || '/';
    const headers = { ...req.headers, host: 'backend.internal:9999', 'x-forwarded-host': 'evil.example' };
    const onward = request(
      { port: backendPort, host: '127.0.0.1', method: req.method, path, headers },
      (answer) => {
        // As they were spelt: Bitbucket looks for `WWW-Authenticate` and nothing else (applinks-oauth1.md 5.4).
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
