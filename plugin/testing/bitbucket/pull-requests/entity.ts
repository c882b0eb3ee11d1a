/** A pull request as REST and webhooks show it (jenkins-integration.md C3). */
import type { StandInContext } from '../context.js';
import { repositoryEntity, repositoryPath, userEntity } from '../repositories/entities.js';
import type { PullRequest, PullRequestSide } from './pull-request.js';

const sideEntity = (context: StandInContext, { repository, branch, latestCommit }: PullRequestSide) => ({
  id: `refs/heads/${branch}`,
  displayId: branch,
  type: 'BRANCH',
  latestCommit,
  repository: repositoryEntity(context, repository),
});

export function pullRequestEntity(context: StandInContext, pullRequest: PullRequest) {
  const { id, version, title, description, state, createdDate, updatedDate, closedDate } = pullRequest;
  const { mergeCommit } = pullRequest;
  const user = userEntity(context, pullRequest.author);
  const closed = state !== 'OPEN';
  const self = `${context.baseUrl()}${repositoryPath(pullRequest.to.repository)}/pull-requests/${id}`;
  return {
    id,
    version,
    title,
    ...(description && { description }),
    state,
    open: !closed,
    closed,
    createdDate,
    updatedDate,
    ...(closedDate !== undefined && { closedDate }),
    fromRef: sideEntity(context, pullRequest.from),
    toRef: sideEntity(context, pullRequest.to),
    locked: false,
    author: { user, role: 'AUTHOR', approved: false, status: 'UNAPPROVED' },
    reviewers: [],
    participants: [],
    ...(mergeCommit && {
      properties: { mergeCommit: { id: mergeCommit, displayId: mergeCommit.slice(0, 11) } },
    }),
    links: { self: [{ href: self }] },
  };
}
