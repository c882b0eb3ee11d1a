/** A peer that answers as a spec tells it to, and a transport that may call it on loopback. */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createTransport, type Transport, type TransportOptions } from '../../plugin/consumer/transport.js';
import { PeerUnreachable, type PeerUnreachableKind } from '../../plugin/errors.js';
import type { ServerCertificate } from './certificates.js';
import { listen, type Listening } from './listen.js';

export interface ScriptedPeer extends Listening {
  /** Method and URL of every request so far. */
  requests: string[];
  /** How the next requests are answered. */
  answer: (req: IncomingMessage, res: ServerResponse) => void;
}

export async function startPeer(): Promise<ScriptedPeer> {
  const peer: Pick<ScriptedPeer, 'requests' | 'answer'> = {
    requests: [],
    answer: (_, res) => res.writeHead(404).end(),
  };
  const listening = await listen((req, res) => {
    peer.requests.push(`${req.method ?? ''} ${req.url ?? ''}`);
    peer.answer(req, res);
  });
  return Object.assign(peer, listening);
}

/** Serves one document for every request. */
export function serve(body: string | Uint8Array, type = 'application/xml', status = 200): RequestListener {
  return (_, res) => res.writeHead(status, { 'content-type': type }).end(body);
}

export async function listenTls(app: RequestListener, certificate: ServerCertificate): Promise<Listening> {
  const server = createServer({ ...certificate }, app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Every name leads to this machine. */
export const resolveToLoopback = (): Promise<{ address: string; family: number }[]> =>
  Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

export function testTransport(changes: Partial<TransportOptions> = {}): Transport {
  return createTransport({
    allowInsecureLoopback: true,
    deny: [],
    own: 'https://ci.example.test/ci',
    timeoutMs: 2000,
    ...changes,
  });
}

/** Expects the call to fail with this kind, and returns the error. */
export async function failure(call: Promise<unknown>, kind: PeerUnreachableKind): Promise<PeerUnreachable> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PeerUnreachable)) throw error;
  expect(error.kind, error.message).to.equal(kind);
  expect(error).to.include({ code: 'peer_unreachable', status: 502 });
  expect(error.message, 'a sentence of cause and one of cure').to.match(/^.{15,}\. .{15,}\.$/s);
  return error;
}
