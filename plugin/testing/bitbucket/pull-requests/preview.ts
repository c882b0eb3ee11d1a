/**
 * Keeps `refs/pull-requests/N/from` and `…/merge` of the target repository up to date, from which a build takes the
 * merge of source and target. The merge is a preview, made anew when either side moves, and absent on a conflict.
 */
import type { StandInContext } from '../context.js';
import { git } from '../repositories/git.js';
import { mergeTrees } from './merge-trees.js';
import type { PullRequest } from './pull-request.js';

export async function updatePreview(context: StandInContext, pullRequest: PullRequest): Promise<void> {
  const { id, from, to } = pullRequest;
  const { folder, previews } = to.repository;
  const refs = `refs/pull-requests/${id}`;
  if (from.repository !== to.repository) {
    await git(folder, [
      'fetch',
      '--quiet',
      from.repository.folder,
      `+refs/heads/${from.branch}:${refs}/from`,
    ]);
  }
  await git(folder, ['update-ref', `${refs}/from`, from.latestCommit]);
  const preview = await mergeTrees(to.repository, {
    into: to.latestCommit,
    from: from.latestCommit,
    user: pullRequest.author,
    message: `Merge pull request #${id} (preview)`,
    atMs: context.now(),
  });
  pullRequest.hasConflict = preview === undefined;
  if (preview === undefined) {
    await git(folder, ['update-ref', '-d', `${refs}/merge`]);
    return;
  }
  previews.add(preview);
  await git(folder, ['update-ref', `${refs}/merge`, preview]);
}
