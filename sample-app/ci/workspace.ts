/**
 * A fresh folder per build below the system's folder for temporary files, removed afterwards. Its name begins with
 * the build's id, so that a server that was killed finds what it left. Nothing here follows a symbolic link: a
 * repository may hold one that points anywhere.
 */
import { chmod, chown, lchown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildIdentity } from './build-identity.js';
import { chooseWorkspaceRoot, workspaceRoots } from './workspace-root.js';

export interface Workspace {
  /** HOME of the build. */
  folder: string;
  /** The clone; not made yet. */
  source: string;
  tmp: string;
  /** Hands the clone to the build's user, if git did not run as that user. */
  handOver(): Promise<void>;
  remove(): Promise<void>;
}

const prefix = 'applinks-ci-';

export async function createWorkspace(
  buildId: string,
  identity: BuildIdentity | undefined,
): Promise<Workspace> {
  const root = await chooseWorkspaceRoot(identity !== undefined);
  const folder = await mkdtemp(join(root, `${prefix}${buildId}-`));
  const tmp = join(folder, 'tmp');
  const source = join(folder, 'source');
  await mkdir(tmp, { mode: 0o700 });
  if (identity) {
    await chown(tmp, identity.uid, identity.gid);
    await chown(folder, identity.uid, identity.gid);
  }
  return {
    folder,
    source,
    tmp,
    handOver: async () => (identity ? chownTree(source, identity) : undefined),
    remove: () => removeTree(folder),
  };
}

/** What a killed server left of a build. */
export async function removeWorkspacesOf(buildId: string): Promise<void> {
  for (const root of workspaceRoots()) {
    const names = await readdir(root).catch(() => []);
    const left = names.filter((name) => name.startsWith(`${prefix}${buildId}-`));
    await Promise.all(left.map((name) => removeTree(join(root, name))));
  }
}

async function chownTree(path: string, { uid, gid }: BuildIdentity): Promise<void> {
  await lchown(path, uid, gid);
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  await Promise.all(entries.map((entry) => lchown(join(entry.parentPath, entry.name), uid, gid)));
}

/** A build may leave folders that even their owner can't enter. The removal that failed may still be busy elsewhere. */
async function removeTree(folder: string): Promise<void> {
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await remove().catch(async () => {
    await openFolders(folder);
    await remove();
  });
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => undefined);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}
