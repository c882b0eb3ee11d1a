/** Several processes on one database, begun first and set off together: stores alone, or applications that call a peer. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Calls } from './client-worker.js';
import type { Task } from './store-worker.js';

export interface Race<T> {
  /** Gives each process its task at the same time; returns their results in order. Throws when one of them fails. */
  run(task: (index: number) => T): Promise<unknown[][]>;
  end(): Promise<void>;
}

export const startRace = (
  kind: 'sqlite' | 'postgres',
  location: string,
  processes: number,
): Promise<Race<Task>> => start('store-worker.js', [kind, location], processes);

/** @param location of an SQLite file on which the kit at `baseUrl` runs */
export const startClientRace = (
  location: string,
  { baseUrl, encryptionKey }: { baseUrl: string; encryptionKey: string },
  processes: number,
): Promise<Race<Calls>> => start('client-worker.js', [location, baseUrl, encryptionKey], processes);

async function start<T extends object>(
  script: string,
  args: readonly string[],
  processes: number,
): Promise<Race<T>> {
  const worker = join(import.meta.dirname, script);
  const children = Array.from({ length: processes }, () => fork(worker, args, { execArgv: [] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  return {
    run: (task) => Promise.all(children.map((child, index) => ask(child, task(index)))),
    end: async () => {
      const exits = children.map((child) => once(child, 'exit'));
      for (const child of children) child.disconnect();
      await Promise.all(exits);
    },
  };
}

async function ask(child: ChildProcess, task: object): Promise<unknown[]> {
  const answered = once(child, 'message');
  child.send(task);
  const [answer] = (await answered) as [{ results?: unknown[]; error?: string }];
  if (!answer.results) throw new Error(answer.error);
  return answer.results;
}
