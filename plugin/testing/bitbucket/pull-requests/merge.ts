/** Merges a pull request into its target branch, which is a change of refs first and an event of its own afterwards. */
import type { StandInContext } from '../context.js';
import { changeRefs } from '../repositories/change-refs.js';
import { git } from '../repositories/git.js';
import { mergeTrees } from './merge-trees.js';
import type { PullRequest } from './pull-request.js';
import { closePullRequest } from './refresh.js';

/** Undefined on a conflict. */
export async function mergePullRequest(
  context: StandInContext,
  pullRequest: PullRequest,
  user: string,
): Promise<string | undefined> {
  const { id, from, to } = pullRequest;
  const commit = await changeRefs(context, to.repository, user, async () => {
    const merged = await mergeTrees(to.repository, {
      into: to.latestCommit,
      from: from.latestCommit,
      user,
      message: `Merge pull request #${id}: ${pullRequest.title}`,
      atMs: context.now(),
    });
    if (merged === undefined) return undefined;
    pullRequest.state = 'MERGED';
    pullRequest.mergeCommit = merged;
    await git(to.repository.folder, ['update-ref', `refs/heads/${to.branch}`, merged]);
    return merged;
  });
  if (commit !== undefined) closePullRequest(context, pullRequest, 'MERGED', user);
  return commit;
}
