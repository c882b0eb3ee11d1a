/**
 * Runs one command in a process group of its own, which ends with it: whatever it started and left behind is
 * killed, in the group or out of it. Output is handed over with back-pressure, so a flood can't fill our memory.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { BuildIdentity } from './build-identity.js';
import { cookieVariable, killProcessesOf, killQuietly } from './process-table.js';

export interface GroupCommand {
  command: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  identity: BuildIdentity | undefined;
  /** Marks the processes of this build. */
  cookie: string;
  /** Aborted: SIGTERM to the group, SIGKILL after `graceMs`. */
  signal: AbortSignal;
  graceMs?: number;
  onOutput: (chunk: Buffer) => Promise<void>;
}

const defaultGraceMs = 3000;
const drainMs = 1000;

/** @returns the exit status; null when a signal ended it. @throws what spawn reports, or the signal's reason. */
export async function runProcessGroup(options: GroupCommand): Promise<number | null> {
  const { command, args, cwd, env, identity, cookie, signal, graceMs = defaultGraceMs, onOutput } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, {
    cwd,
    env: { ...env, [cookieVariable]: cookie },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity,
  });
  const outputs = Promise.allSettled([pump(child.stdout, onOutput), pump(child.stderr, onOutput)]);
  const stopped = stopOnAbort(child, signal, graceMs);
  try {
    const [status] = (await once(child, 'exit')) as [number | null];
    return status;
  } finally {
    stopped.cancel();
    await killLeftovers(child, cookie, identity);
    await settleWithin(outputs, drainMs);
    child.stdout.destroy();
    child.stderr.destroy();
    await outputs;
    signal.throwIfAborted();
  }
}

async function pump(stream: Readable, onOutput: (chunk: Buffer) => Promise<void>): Promise<void> {
  for await (const chunk of stream) await onOutput(chunk as Buffer);
}

function stopOnAbort(child: ChildProcess, signal: AbortSignal, graceMs: number): { cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (child.pid === undefined) return;
    const group = -child.pid;
    killQuietly(group, 'SIGTERM');
    timer = setTimeout(() => killQuietly(group), graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    cancel: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}

async function killLeftovers(
  { pid }: ChildProcess,
  cookie: string,
  identity: BuildIdentity | undefined,
): Promise<void> {
  if (pid !== undefined) killQuietly(-pid);
  await killProcessesOf({ cookie, uid: identity?.uid });
}

/** Something that inherited the pipe and could not be killed must not hold the build for ever. */
async function settleWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}
