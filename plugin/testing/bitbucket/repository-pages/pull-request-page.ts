/** A repository's pull requests, and one of them with the builds of its source and the buttons that end it. */
import { redirect, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { mergePullRequest } from '../pull-requests/merge.js';
import type { PullRequest } from '../pull-requests/pull-request.js';
import { closePullRequest } from '../pull-requests/refresh.js';
import { requirePullRequest } from '../pull-requests/rest.js';
import { repositoryPath } from '../repositories/entities.js';
import { mayUse, requireRepository } from '../repositories/permission.js';
import { restError } from '../rest/rest-error.js';
import { button, repositoryLinks, type FormHandler } from './hosting-page.js';
import { statusTable } from './status-table.js';

const pathOf = ({ id, to }: PullRequest): string => `${repositoryPath(to.repository)}/pull-requests/${id}`;

export function pullRequestsPage(context: StandInContext, incoming: Incoming): Answer {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const all = context.pullRequests.filter(({ to }) => to.repository === repository);
  const item = (one: PullRequest): Html =>
    html`<li><a href="${incoming.base}${pathOf(one)}">#${one.id} ${one.title}</a> ${one.state}</li>`;
  return page(
    'Pull requests',
    html`${repositoryLinks(incoming, repository)}
      <ul>
        ${all.map(item)}
      </ul>`,
  );
}

export function pullRequestPage(context: StandInContext, incoming: Incoming): Answer {
  const found = requirePullRequest(context, incoming);
  const { from, to, state, hasConflict } = found;
  const { repository } = to;
  const isOpen = state === 'OPEN' && mayUse(context, repository, incoming, 'REPO_WRITE');
  const ends = html`${button(incoming, `${pathOf(found)}/merge`, 'Merge')}
  ${button(incoming, `${pathOf(found)}/decline`, 'Decline')}`;
  return page(
    `#${found.id} ${found.title}`,
    html`${repositoryLinks(incoming, repository)}
      <p>${from.repository.project.key}/${from.repository.slug} ${from.branch} into ${to.branch}: ${state}</p>
      <p>${hasConflict ? 'The branches have conflicts.' : ''}</p>
      <pre>${found.description}</pre>
      ${isOpen ? ends : ''}
      <h2>Builds of ${from.latestCommit.slice(0, 11)}</h2>
      ${statusTable(context, incoming, from.repository, from.latestCommit)}`,
  );
}

const requireOpen = (context: StandInContext, incoming: Incoming): PullRequest | undefined => {
  requireRepository(context, incoming, incoming.captures, 'REPO_WRITE');
  const found = requirePullRequest(context, incoming);
  return found.state === 'OPEN' ? found : undefined;
};

export const mergeOnPage: FormHandler = async (context, incoming, user) => {
  const found = requireOpen(context, incoming);
  const commit = found && (await mergePullRequest(context, found, user.name));
  if (!found || commit === undefined) return restError(409, 'The pull request cannot be merged.');
  return redirect(incoming.base + pathOf(found));
};

export const declineOnPage: FormHandler = (context, incoming, user) => {
  const found = requireOpen(context, incoming);
  if (!found) return restError(409, 'The pull request is no longer open.');
  closePullRequest(context, found, 'DECLINED', user.name);
  return redirect(incoming.base + pathOf(found));
};
