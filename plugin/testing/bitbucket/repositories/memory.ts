/** All hosted repositories and the temporary folder they live in, which is made with the first and removed at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyedLocks, type KeyedLocks } from '../keyed-locks.js';
import type { Repository } from './repository.js';

export interface RepositoryMemory {
  list: Repository[];
  /** By folder: what moves refs waits for what does so already. */
  locks: KeyedLocks;
  /** Of the bare repositories. */
  folder(): Promise<string>;
  /** Takes all repositories away with their folder. */
  remove(): Promise<void>;
}

export function createRepositoryMemory(): RepositoryMemory {
  const list: Repository[] = [];
  let folder: Promise<string> | undefined;
  return {
    list,
    locks: createKeyedLocks(),
    folder: () => (folder ??= mkdtemp(join(tmpdir(), 'bitbucket-stand-in-'))),
    remove: async () => {
      list.length = 0;
      const made = folder;
      folder = undefined;
      // A git that was cut off may still write.
      if (made) await rm(await made, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** Keys and slugs are compared without regard to case. */
export function findRepository(
  { list }: Pick<RepositoryMemory, 'list'>,
  projectKey: string,
  slug: string,
): Repository | undefined {
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  return list.find((known) => same(known.project.key, projectKey) && same(known.slug, slug));
}
