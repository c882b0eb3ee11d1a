/**
 * Under whose name the commands of a build run. A server that is root hands each build a numeric user of its own,
 * without an account: it can read neither the data folder nor another build's workspace. A server that isn't root
 * has nothing to hand down, and its builds can read what it can read (README, "Who may create jobs").
 */
import { randomInt } from 'node:crypto';
import { processesOf } from './process-table.js';

export interface BuildIdentity {
  uid: number;
  gid: number;
}

/** Ids that systemd, Debian and others leave unassigned, and that user namespaces still map. */
const firstId = 61_000;
const lastId = 61_183;

/** A user that no process on this machine has right now. undefined: the server isn't root. */
export async function chooseBuildIdentity(): Promise<BuildIdentity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (;;) {
    const id = randomInt(firstId, lastId + 1);
    if ((await processesOf({ uid: id })).length === 0) return { uid: id, gid: id };
  }
}
