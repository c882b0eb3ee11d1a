/**
 * Sends requests that were built ahead over a few kept-alive connections, as fast as they are answered. It is a bare
 * socket client, so that the measured server is the slower of the two.
 */
import { connect, type Socket } from 'node:net';

const connections = 8;

export interface Load {
  host: string;
  port: number;
  /** Whole requests, as they go over the wire; each is sent once. */
  requests: readonly Buffer[];
  /** The status line that every answer must begin with. */
  expectStatus: number;
}

/** @returns seconds until the last answer. */
export async function send({ host, port, requests, expectStatus }: Load): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(host, port)));
  const queue = requests.values();
  const started = performance.now();
  await Promise.all(sockets.map((socket) => work(socket, queue, `HTTP/1.1 ${expectStatus} `)));
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  return seconds;
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Takes requests from the shared queue, one at a time, until it is empty. */
function work(socket: Socket, queue: Iterator<Buffer, undefined>, expectedStart: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const next = (): void => {
      const { value } = queue.next();
      if (value) socket.write(value);
      else resolve();
    };
    socket.on('error', reject).on('close', () => reject(new Error('The server closed a connection.')));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.length < answerLength(received)) return;
      if (!received.startsWith(expectedStart)) reject(new Error(`Unexpected answer:\n${received}`));
      received = '';
      next();
    });
    next();
  });
}

function answerLength(received: string): number {
  const end = received.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(received)?.[1];
  return end === -1 || length === undefined ? Infinity : end + 4 + Number(length);
}
