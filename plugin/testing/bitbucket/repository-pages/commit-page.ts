/** A commit with its builds, and the buttons that run or stop them in the user's name (jenkins-integration.md C7). */
import type { Answer, Incoming } from '../answer.js';
import { runAction } from '../build-operations.js';
import { buildResultPage } from '../build-result-page.js';
import type { StandInContext } from '../context.js';
import { html, page } from '../html.js';
import { findBuild } from '../known-build.js';
import { listCommits } from '../repositories/commits.js';
import { repositoryPath } from '../repositories/entities.js';
import { requireRepository } from '../repositories/permission.js';
import { requireCommit } from '../repositories/refs-rest.js';
import { restError } from '../rest/rest-error.js';
import { repositoryLinks, type FormHandler } from './hosting-page.js';
import { statusTable } from './status-table.js';

export async function commitPage(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const until = await requireCommit(repository, incoming.captures[2] ?? '');
  const [commit] = await listCommits(repository, { until }, { start: 0, limit: 1 });
  return page(
    `Commit ${commit?.displayId ?? until}`,
    html`${repositoryLinks(incoming, repository)}
      <pre>${commit?.message ?? ''}</pre>
      <p>By ${commit?.author.name ?? ''}, <code>${until}</code></p>
      <h2>Builds</h2>
      ${statusTable(context, incoming, repository, until)}`,
  );
}

export const runOnPage: FormHandler = async (context, incoming, user, fields) => {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const commit = incoming.captures[2] ?? '';
  const found = findBuild(context, { commit, key: fields.get('key') ?? '' });
  const result = found && (await runAction(context, found, fields.get('id') ?? '', user));
  if (!result) return restError(404, 'No build has this key and offers this action.');
  return buildResultPage(incoming, found, result, `${repositoryPath(repository)}/commits/${commit}`);
};
