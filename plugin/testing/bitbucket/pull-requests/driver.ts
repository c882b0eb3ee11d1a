/** Pull requests as a test opens and ends them; pushing to their source branch updates them. */
import type { StandInContext } from '../context.js';
import { git } from '../repositories/git.js';
import { locateRepository } from '../repositories/locate.js';
import { mergePullRequest } from './merge.js';
import { openPullRequest } from './open.js';
import type { PullRequest } from './pull-request.js';
import { closePullRequest, publishPullRequest } from './refresh.js';

export interface PullRequestToDrive {
  /** Of the target, `SHOP/widget`. */
  repository: string;
  /** Branch; of a fork, with the fork's name. */
  from: string | { repository: string; branch: string };
  /** The default branch unless told otherwise. */
  to?: string;
  user: string;
  title?: string;
  description?: string;
}

/** Everything throws for what is not there, or no longer open. */
export interface PullRequestsDriver {
  open(pullRequest: PullRequestToDrive): Promise<Readonly<PullRequest>>;
  get(repository: string, id: number): Readonly<PullRequest>;
  list(repository: string): readonly Readonly<PullRequest>[];
  edit(repository: string, id: number, user: string, changes: { title?: string; description?: string }): void;
  /** The merge commit; throws on a conflict. */
  merge(repository: string, id: number, user: string): Promise<string>;
  decline(repository: string, id: number, user: string): void;
  /** Takes it away as if it had never been. */
  remove(repository: string, id: number, user: string): Promise<void>;
}

export function createPullRequestsDriver(context: StandInContext): PullRequestsDriver {
  const listOf = (name: string): PullRequest[] => {
    const repository = locateRepository(context, name);
    return context.pullRequests.filter(({ to }) => to.repository === repository);
  };
  const locate = (name: string, id: number): PullRequest => {
    const found = listOf(name).find((one) => one.id === id);
    if (!found) throw new Error(`${name} has no pull request ${id}.`);
    return found;
  };
  const locateOpen = (name: string, id: number): PullRequest => {
    const found = locate(name, id);
    if (found.state !== 'OPEN') throw new Error(`Pull request ${id} of ${name} is ${found.state}.`);
    return found;
  };

  return {
    open: async ({ repository, from, to, user, title, description = '' }) => {
      const target = locateRepository(context, repository);
      const source = typeof from === 'string' ? { repository, branch: from } : from;
      const opened = await openPullRequest(context, {
        from: { repository: locateRepository(context, source.repository), branch: source.branch },
        to: { repository: target, branch: to ?? target.defaultBranch },
        ...{ title: title ?? source.branch, description, user },
      });
      if (typeof opened === 'string') throw new Error(opened);
      return opened;
    },
    get: locate,
    list: listOf,
    edit: (name, id, user, changes) => {
      const found = locateOpen(name, id);
      Object.assign(found, changes, { version: found.version + 1, updatedDate: context.now() });
      publishPullRequest(context, 'pr:modified', found, user);
    },
    merge: async (name, id, user) => {
      const commit = await mergePullRequest(context, locateOpen(name, id), user);
      if (commit === undefined) throw new Error(`Pull request ${id} of ${name} has conflicts.`);
      return commit;
    },
    decline: (name, id, user) => closePullRequest(context, locateOpen(name, id), 'DECLINED', user),
    remove: async (name, id, user) => {
      const found = locate(name, id);
      context.pullRequests.splice(context.pullRequests.indexOf(found), 1);
      const { folder } = found.to.repository;
      for (const ref of ['from', 'merge']) {
        await git(folder, ['update-ref', '-d', `refs/pull-requests/${id}/${ref}`]);
      }
      publishPullRequest(context, 'pr:deleted', found, user);
    },
  };
}
