/** Opens a pull request between two branches that are there and differ; only one may be open between the same two. */
import type { StandInContext } from '../context.js';
import { resolveCommit } from '../repositories/refs.js';
import type { Repository } from '../repositories/repository.js';
import { updatePreview } from './preview.js';
import type { PullRequest, PullRequestSide } from './pull-request.js';
import { publishPullRequest } from './refresh.js';

export interface PullRequestToOpen {
  from: { repository: Repository; branch: string };
  to: { repository: Repository; branch: string };
  title: string;
  description: string;
  user: string;
}

async function sideOf({
  repository,
  branch,
}: PullRequestToOpen['from']): Promise<PullRequestSide | undefined> {
  const latestCommit = await resolveCommit(repository, `refs/heads/${branch}`);
  return latestCommit === undefined ? undefined : { repository, branch, latestCommit };
}

const isSame = (one: PullRequestToOpen['from'], other: PullRequestToOpen['from']): boolean =>
  one.repository === other.repository && one.branch === other.branch;

/** Or why not. */
export async function openPullRequest(
  context: StandInContext,
  asked: PullRequestToOpen,
): Promise<PullRequest | string> {
  const [from, to] = [await sideOf(asked.from), await sideOf(asked.to)];
  if (!from || !to) return `Repository ${asked.to.repository.slug} or its fork has no such branch.`;
  if (from.latestCommit === to.latestCommit) return 'The branches are up to date with each other.';
  const known = context.pullRequests.filter((one) => one.to.repository === to.repository);
  const isOpen = known.some((one) => one.state === 'OPEN' && isSame(one.from, from) && isSame(one.to, to));
  if (isOpen) return 'Only one pull request may be open for a given source and target branch.';
  const createdDate = context.now();
  const { title, description, user } = asked;
  const pullRequest: PullRequest = {
    id: Math.max(0, ...known.map(({ id }) => id)) + 1,
    version: 0,
    ...{ title, description, author: user, from, to },
    state: 'OPEN',
    createdDate,
    updatedDate: createdDate,
    closedDate: undefined,
    hasConflict: false,
    mergeCommit: undefined,
  };
  await updatePreview(context, pullRequest);
  context.pullRequests.push(pullRequest);
  publishPullRequest(context, 'pr:opened', pullRequest, user);
  return pullRequest;
}
