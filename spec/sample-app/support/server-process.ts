/** `npm start` without npm: the server as a process of its own, on a free port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { captureOutput } from '../../support/secrets.js';
import { eventually } from './waiting.js';

const main = join(import.meta.dirname, '..', '..', '..', 'sample-app', 'main.js');

export interface ServerProcess {
  child: ChildProcess;
  output(): string;
  /** Waits for the line that says that it is ready; throws when it ends before. */
  ready(): Promise<void>;
  /** Exit status, or the name of the signal that ended it. */
  ended(): Promise<number | string>;
}

/** Nothing is inherited but what a shell of that user always has. */
export function startServer(environment: Record<string, string>, cwd: string): ServerProcess {
  const { PATH = '', TMPDIR } = process.env;
  const env = { PATH, HOME: cwd, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...environment };
  const child = spawn(process.execPath, [main], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      captureOutput(chunk);
      text += chunk.toString();
    });
  }
  return {
    child,
    output: () => text,
    ready: () =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`The server ended: ${text}`);
        return text.includes('is ready') && text.endsWith('\n') ? true : undefined;
      }).then(() => undefined),
    ended: async () => {
      const [status, signal] = await exit;
      return status ?? signal ?? 'unknown';
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
