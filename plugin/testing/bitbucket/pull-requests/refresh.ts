/**
 * What a push does to open pull requests: a moved source branch is an event, a moved target only a new preview, and
 * a deleted source branch ends the pull request.
 */
import type { StandInContext } from '../context.js';
import { userEntity } from '../repositories/entities.js';
import type { RefChange } from '../repositories/refs.js';
import type { Repository } from '../repositories/repository.js';
import { publish } from '../webhooks/publish.js';
import { pullRequestEntity } from './entity.js';
import { updatePreview } from './preview.js';
import type { PullRequest, PullRequestSide, PullRequestState } from './pull-request.js';

/** Tells the hooks of the target repository. */
export function publishPullRequest(
  context: StandInContext,
  event: string,
  pullRequest: PullRequest,
  user: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const told = { actor: userEntity(context, user), pullRequest: pullRequestEntity(context, pullRequest) };
  publish(context, pullRequest.to.repository, event, { ...told, ...more });
}

export function closePullRequest(
  context: StandInContext,
  pullRequest: PullRequest,
  state: Exclude<PullRequestState, 'OPEN'>,
  user: string,
): void {
  const closedDate = context.now();
  Object.assign(pullRequest, {
    state,
    closedDate,
    updatedDate: closedDate,
    version: pullRequest.version + 1,
  });
  publishPullRequest(context, state === 'MERGED' ? 'pr:merged' : 'pr:declined', pullRequest, user);
}

const isSide = (side: PullRequestSide, repository: Repository, change: RefChange): boolean =>
  side.repository === repository && change.refId === `refs/heads/${side.branch}`;

async function moveSource(
  context: StandInContext,
  pullRequest: PullRequest,
  change: RefChange,
  user: string,
): Promise<void> {
  if (change.type === 'DELETE') {
    closePullRequest(context, pullRequest, 'DECLINED', user);
    return;
  }
  const previousFromHash = pullRequest.from.latestCommit;
  pullRequest.from.latestCommit = change.toHash;
  pullRequest.version += 1;
  pullRequest.updatedDate = context.now();
  await updatePreview(context, pullRequest);
  publishPullRequest(context, 'pr:from_ref_updated', pullRequest, user, { previousFromHash });
}

export async function refreshPullRequests(
  context: StandInContext,
  repository: Repository,
  changes: readonly RefChange[],
  user: string,
): Promise<void> {
  for (const change of changes) {
    for (const pullRequest of context.pullRequests.filter(({ state }) => state === 'OPEN')) {
      if (isSide(pullRequest.to, repository, change) && change.type !== 'DELETE') {
        pullRequest.to.latestCommit = change.toHash;
        await updatePreview(context, pullRequest);
      }
      if (isSide(pullRequest.from, repository, change)) await moveSource(context, pullRequest, change, user);
    }
  }
}
