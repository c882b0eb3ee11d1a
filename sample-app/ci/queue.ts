/**
 * Takes queued builds as long as an executor is free, keeps their leases alive, stops them on demand, and says what
 * became of builds whose server died. One pass looks at the database once; between passes it sleeps or is woken.
 */
import { BuildFailure } from './build-failure.js';
import type { Build } from './build.js';
import type { Builds } from './builds.js';
import type { Claims } from './claims.js';
import type { Logs } from './logs.js';
import { killProcessesOf } from './process-table.js';
import { buildCookie, type Runner } from './runner.js';
import type { Settings } from './settings.js';
import { removeWorkspacesOf } from './workspace.js';

export interface QueueParts {
  builds: Pick<Builds, 'get'>;
  claims: Claims;
  settings: Pick<Settings, 'executors'>;
  logs: Logs;
  run: Runner;
  serverId: string;
  onFinished: (build: Build) => void;
  onError: (error: unknown) => void;
}

export interface Queue {
  /** Something was queued or is to be stopped. */
  wake(): void;
  running: () => number;
  /** Works until `signal` is aborted; running builds are then killed and marked interrupted. */
  work(signal: AbortSignal): Promise<void>;
}

const passMs = 1000;
const renewMs = 5000;

export function createQueue(parts: QueueParts): Queue {
  const { claims, settings, serverId } = parts;
  const running = new Map<string, { stop: AbortController; done: Promise<void> }>();
  let wake = (): void => undefined;
  let isWoken = false;
  let isRecovered = false;

  const start = (build: Build): void => {
    const stop = new AbortController();
    const done = execute(parts, build, stop.signal).finally(() => {
      running.delete(build.id);
      queue.wake();
    });
    running.set(build.id, { stop, done });
  };
  const stopRequested = async (): Promise<void> => {
    for (const { id, stopRequestedBy } of await claims.renew([...running.keys()])) {
      running.get(id)?.stop.abort(new BuildFailure(`Stopped by ${stopRequestedBy ?? ''}.`, 'stopped'));
    }
  };
  const pass = async (): Promise<void> => {
    if (!isRecovered) await clearUp(parts, await claims.interrupt(serverId));
    isRecovered = true;
    await clearUp(parts, await claims.interrupt());
    await stopRequested();
    const limit = await settings.executors();
    while (running.size < limit) {
      const build = await claims.claim(serverId);
      if (build === undefined) return;
      start(build);
    }
  };
  const sleep = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, running.size > 0 ? passMs : renewMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = () => undefined;
        resolve();
      }
      wake = done;
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted || isWoken) done();
    });
  const queue: Queue = {
    wake: () => {
      isWoken = true;
      wake();
    },
    running: () => running.size,
    work: async (signal) => {
      while (!signal.aborted) {
        isWoken = false;
        await pass().catch(parts.onError);
        await sleep(signal);
      }
      const reason = 'The server was stopped while this build was running.';
      for (const { stop } of running.values()) stop.abort(new BuildFailure(reason, 'interrupted'));
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
  return queue;
}

async function execute(parts: QueueParts, build: Build, signal: AbortSignal): Promise<void> {
  const { builds, claims, logs } = parts;
  try {
    const outcome = await parts.run(build, signal);
    await claims.finish(build.id, outcome);
    const finished = await builds.get(build.id);
    if (finished) parts.onFinished(finished);
  } catch (error) {
    parts.onError(error);
  } finally {
    logs.ended(build.id);
  }
}

/** What a dead server left: processes, workspaces and a log without an end. */
async function clearUp(
  { logs, serverId, onFinished }: QueueParts,
  interrupted: readonly Build[],
): Promise<void> {
  for (const build of interrupted) {
    await killProcessesOf({ cookie: buildCookie(serverId, build.id) });
    await removeWorkspacesOf(build.id);
    await logs.append(build.id, `\n${build.reason ?? ''}\nFinished: interrupted\n`);
    logs.ended(build.id);
    onFinished(build);
  }
}
