/** The build statuses of a commit, with a button for each action that the build offers. */
import type { Incoming } from '../answer.js';
import { actionsOf } from '../build-operations.js';
import type { BuildStatus } from '../build-status/build-status.js';
import { statusesOf } from '../build-status/memory.js';
import type { StandInContext } from '../context.js';
import { html, type Html } from '../html.js';
import { buildOfStatus } from '../known-build.js';
import { repositoryPath } from '../repositories/entities.js';
import type { Repository } from '../repositories/repository.js';
import { button } from './hosting-page.js';

const tests = ({ testResults }: BuildStatus): string => {
  if (!testResults) return '';
  const { successful, failed, skipped } = testResults;
  return `${successful} passed, ${failed} failed, ${skipped} skipped`;
};

function row(context: StandInContext, incoming: Incoming, path: string, status: BuildStatus): Html {
  const build = buildOfStatus(context, status);
  const { key, state, url, name, description = '', updatedDate } = status;
  return html`<tr>
    <td>${state}</td>
    <td><a href="${url}">${name ?? key}</a> ${description}</td>
    <td>${tests(status)}</td>
    <td>${new Date(updatedDate).toISOString()}</td>
    <td>
      ${build ? actionsOf(build).map(({ id, name: label }) => button(incoming, path, label, { key, id })) : ''}
    </td>
  </tr>`;
}

export function statusTable(
  context: StandInContext,
  incoming: Incoming,
  repository: Repository,
  commit: string,
): Html {
  const statuses = statusesOf(context.buildStatuses, commit);
  if (statuses.length === 0) return html`<p>No build has told of this commit.</p>`;
  const path = `${repositoryPath(repository)}/commits/${commit}/run`;
  return html`<table>
    <tr>
      <th>State</th>
      <th>Build</th>
      <th>Tests</th>
      <th>Told</th>
      <th>Action</th>
    </tr>
    ${statuses.map((status) => row(context, incoming, path, status))}
  </table>`;
}

/** States in a word, for lists of commits. */
export const statusSummary = (context: StandInContext, commit: string): string =>
  statusesOf(context.buildStatuses, commit)
    .map(({ state }) => state)
    .join(', ');
