/**
 * A real HTTP server with the kit mounted as its README says: at the root, below a path, or below a path that a
 * reverse proxy strips; on Express 5 or 4.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import {
  createApplinks,
  memoryStore,
  type Applinks,
  type ApplinksOptions,
  type Store,
} from 'express-applinks';
import { startStrippingProxy } from './stripping-proxy.js';
import { TestHost } from './kit-host.js';
import { capturingLogger } from './secrets.js';

export type MountKind = 'root' | 'path' | 'stripped';

export interface KitAppOptions {
  mount?: MountKind;
  express?: 4 | 5;
  store?: Store;
  host?: TestHost;
  /** Given again to come back on the same store after a restart. */
  encryptionKey?: string;
  /** Specs make many failures on purpose; set it to meet the limit that a deployment has. */
  limitFailures?: boolean;
  /** Any free one by default. */
  port?: number;
  /** PEM of a certificate for `localhost`, and its key: serves https. Not for the mount `stripped`. */
  tls?: { cert: string; key: string } | undefined;
  /** In front of everything, for faults on the wire. */
  first?: RequestHandler;
  options?: Partial<ApplinksOptions>;
}

export interface KitApp {
  /** Public URL of the mount point, as consumers know it. */
  baseUrl: string;
  applinks: Applinks;
  store: Store;
  host: TestHost;
  encryptionKey: string;
  close(): Promise<void>;
}

export async function startKitApp({
  mount = 'root',
  express = 5,
  store = memoryStore(),
  encryptionKey = randomBytes(32).toString('base64'),
  limitFailures = false,
  port: wantedPort = 0,
  tls,
  ...rest
}: KitAppOptions = {}): Promise<KitApp> {
  const server = tls ? createSecureServer(tls) : createServer();
  const port = await listen(server, wantedPort);
  const proxy = mount === 'stripped' ? await startStrippingProxy('/ci', port) : undefined;
  const origin = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const baseUrl = proxy?.url ?? `${origin}${mount === 'path' ? '/ci' : ''}`;
  const host = rest.host ?? new TestHost(new URL(baseUrl).pathname.replace(/\/$/, ''));
  const applinks = createApplinks({
    baseUrl,
    ...(mount === 'stripped' ? { mountPath: '' } : {}),
    application: { name: 'Sample CI', version: '1.0.0' },
    store,
    keys: { encryption: [encryptionKey] },
    host,
    scopes: { build: 'Start and stop builds' },
    network: { allowInsecureLoopback: true },
    logger: capturingLogger(),
    ...(limitFailures ? {} : { rateLimiter: { retryAfterSeconds: () => 0, fail: () => undefined } }),
    ...rest.options,
  });
  const app = assemble(express, mount === 'path' ? '/ci' : '/', applinks, host, rest.first);
  server.on('request', app);
  await applinks.ready();
  const close = async (): Promise<void> => {
    await proxy?.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await applinks.close();
  };
  return { baseUrl, applinks, store, host, encryptionKey, close };
}

/** The application that a reader of the README would write. */
function assemble(
  version: 4 | 5,
  mountPath: string,
  applinks: Applinks,
  host: TestHost,
  first: RequestHandler | undefined,
): RequestListener {
  const express = version === 4 ? express4 : express5;
  const app = express();
  if (first) app.use(first);
  const routes = express.Router();
  app.use(applinks.wellKnownRouter());
  routes.get('/login', host.loginRoute);
  routes.use(applinks.router());
  routes.post('/job/demo/build', applinks.authenticate({ scope: 'build' }), (req, res) => {
    const user = host.findUser(req.applink?.user?.id ?? '');
    if (!user?.mayBuild) res.status(403).json({ message: 'You may not start builds.' });
    else res.status(201).json({ startedBy: user.name, body: req.body as unknown });
  });
  routes.get('/', (_req, res) => void res.send('Sample CI'));
  routes.get('/whois', applinks.authenticate({ user: 'optional' }), (req, res) => {
    res.json({ link: req.applink?.link.name ?? null, user: req.applink?.user?.name ?? null });
  });
  routes.get('/whoami', applinks.authenticate({ optional: true }), (req, res) => {
    res.json({ caller: req.applink?.user?.name ?? null, session: host.user(req)?.name ?? null });
  });
  app.use(mountPath, routes);
  return app as RequestListener;
}

async function listen(server: Server | SecureServer, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
