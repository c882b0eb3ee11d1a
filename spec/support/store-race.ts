/** Several processes on one database, begun first and set off together. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Task } from './store-worker.js';

export interface Race {
  /** Gives each process its task at the same time; returns their results in order. Throws when one of them fails. */
  run(task: (index: number) => Task): Promise<unknown[][]>;
  end(): Promise<void>;
}

export async function startRace(
  kind: 'sqlite' | 'postgres',
  location: string,
  processes: number,
): Promise<Race> {
  const worker = join(import.meta.dirname, 'store-worker.js');
  const children = Array.from({ length: processes }, () => fork(worker, [kind, location], { execArgv: [] }));
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

async function ask(child: ChildProcess, task: Task): Promise<unknown[]> {
  const answered = once(child, 'message');
  child.send(task);
  const [answer] = (await answered) as [{ results?: unknown[]; error?: string }];
  if (!answer.results) throw new Error(answer.error);
  return answer.results;
}
