/** Merges two commits without a working copy, for which git 2.38 or newer is needed; undefined where they conflict. */
import { emailOf } from '../repositories/entities.js';
import { git, GitError } from '../repositories/git.js';
import type { Repository } from '../repositories/repository.js';

export interface Merge {
  into: string;
  from: string;
  user: string;
  message: string;
  atMs: number;
}

/** The id of the merge commit, which no branch has yet. */
export async function mergeTrees({ folder }: Repository, merge: Merge): Promise<string | undefined> {
  const { into, from, user, message, atMs } = merge;
  const written = await git(folder, ['merge-tree', '--write-tree', '--no-messages', into, from]).catch(
    (error: unknown) => {
      if (error instanceof GitError && error.exitCode === 1) return undefined;
      throw error;
    },
  );
  if (written === undefined) return undefined;
  const date = `${Math.floor(atMs / 1000)} +0000`;
  const env = {
    ...{ GIT_AUTHOR_NAME: user, GIT_AUTHOR_EMAIL: emailOf(user), GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: user, GIT_COMMITTER_EMAIL: emailOf(user), GIT_COMMITTER_DATE: date },
  };
  const tree = written.split('\n')[0] ?? '';
  return git(folder, ['commit-tree', tree, '-p', into, '-p', from, '-m', message], { env });
}
