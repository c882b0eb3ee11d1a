/**
 * Where workspaces lie: the system's folder for temporary files. A build with a user of its own must be able to get
 * there, which it can't when TMPDIR points into somebody's private folder.
 */
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { BuildFailure } from './build-failure.js';

const anyoneMayEnter = 0o001;

/** Every folder that may hold workspaces, the preferred one first. */
export function workspaceRoots(): string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])];
}

/** @throws BuildFailure when other users can enter none of the folders. */
export async function chooseWorkspaceRoot(isForAnotherUser: boolean): Promise<string> {
  if (!isForAnotherUser) return tmpdir();
  for (const root of workspaceRoots()) {
    if (await isOpenToAll(root)) return root;
  }
  throw new BuildFailure(
    `Builds run under a user of their own, who cannot enter ${tmpdir()}: set TMPDIR to a folder like /tmp.`,
  );
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats === undefined || (stats.mode & anyoneMayEnter) === 0) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
}
