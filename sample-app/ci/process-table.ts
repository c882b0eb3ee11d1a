/**
 * Finds processes that a build has left behind. Leaving the process group (setsid) is easy; leaving one's inherited
 * environment or user behind is harder. Linux only: elsewhere nothing is found, and the group kill has to do.
 */
import { readFile, readdir, stat } from 'node:fs/promises';

export const cookieVariable = 'APPLINKS_BUILD_COOKIE';

export interface Marks {
  /** Value of the variable above in their environment. */
  cookie?: string;
  /** The numeric user that only this build has. */
  uid?: number | undefined;
}

export async function processesOf(marks: Marks): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const matches = await Promise.all(
    pids.map(async (pid) => pid !== process.pid && (await isMarked(pid, marks))),
  );
  return pids.filter((_, index) => matches[index]);
}

/** Kills them until none is left: a process may fork while it is being looked for. */
export async function killProcessesOf(marks: Marks): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const pids = await processesOf(marks);
    if (pids.length === 0) return;
    for (const pid of pids) killQuietly(pid);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** @param pid negative: the process group. Already gone is fine. */
export function killQuietly(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it ended by itself. EPERM: it is not ours, so it was never part of the build.
  }
}

async function isMarked(pid: number, { cookie, uid }: Marks): Promise<boolean> {
  try {
    if (await isZombie(pid)) return false;
    if (uid !== undefined && (await stat(`/proc/${pid}`)).uid === uid) return true;
    if (cookie === undefined) return false;
    const variables = (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
    return variables.includes(`${cookieVariable}=${cookie}`);
  } catch {
    // Gone meanwhile, or somebody else's.
    return false;
  }
}

async function isZombie(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1');
  return /^[ZX]/.test(line.slice(line.lastIndexOf(')') + 2));
}
