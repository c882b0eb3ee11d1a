/** Lists of projects, of a project's repositories, and of a repository's branches, tags and commits with their builds. */
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { html, page, type Html } from '../html.js';
import { listCommits } from '../repositories/commits.js';
import { cloneUrl, repositoryPath } from '../repositories/entities.js';
import { mayReadProject, mayUse, requireRepository } from '../repositories/permission.js';
import { requireProject } from '../repositories/projects-rest.js';
import { listRefs, resolveCommit, type Ref } from '../repositories/refs.js';
import type { Repository } from '../repositories/repository.js';
import { repositoryLinks } from './hosting-page.js';
import { statusSummary } from './status-table.js';

export function projectsPage(context: StandInContext, incoming: Incoming): Answer {
  const shown = [...context.state.projects.values()].filter((project) => mayReadProject(project, incoming));
  const item = ({ key, name }: (typeof shown)[number]): Html =>
    html`<li><a href="${incoming.base}/projects/${key}">${name}</a></li>`;
  return page(
    'Projects',
    html`<ul>
      ${shown.map(item)}
    </ul>`,
  );
}

export function projectPage(context: StandInContext, incoming: Incoming): Answer {
  const project = requireProject(context, incoming);
  const shown = context.repositories.list.filter(
    (repository) => repository.project === project && mayUse(context, repository, incoming, 'REPO_READ'),
  );
  const item = (repository: Repository): Html =>
    html`<li><a href="${incoming.base}${repositoryPath(repository)}/browse">${repository.name}</a></li>`;
  return page(
    project.name,
    html`<ul>
      ${shown.map(item)}
    </ul>`,
  );
}

const compareUrl = ({ base }: Incoming, repository: Repository, { id }: Ref): string =>
  `${base}${repositoryPath(repository)}/compare/commits?${new URLSearchParams({ sourceBranch: id }).toString()}`;

async function commitTable(
  context: StandInContext,
  incoming: Incoming,
  repository: Repository,
  ref: string,
): Promise<Html> {
  const until = await resolveCommit(repository, ref);
  if (until === undefined) return html`<p>There is no commit at ${ref}.</p>`;
  const commits = await listCommits(repository, { until }, { start: 0, limit: 25 });
  const path = `${incoming.base}${repositoryPath(repository)}/commits/`;
  return html`<table>
    <tr>
      <th>Commit</th>
      <th>Message</th>
      <th>Author</th>
      <th>Builds</th>
    </tr>
    ${commits.slice(0, 25).map(
      ({ id, displayId, message, author }) =>
        html`<tr>
          <td><a href="${path}${id}">${displayId}</a></td>
          <td>${message.split('\n')[0] ?? ''}</td>
          <td>${author.name}</td>
          <td>${statusSummary(context, id)}</td>
        </tr>`,
    )}
  </table>`;
}

/** Of the default branch, or of the ref that a link from outside names (jenkins-integration.md C1 row 26). */
export async function repositoryPage(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const { query } = incoming;
  const ref = query.get('sourceBranch') ?? query.get('at') ?? `refs/heads/${repository.defaultBranch}`;
  const refs = await listRefs(repository, ['refs/heads', 'refs/tags'], 'MODIFICATION');
  const item = (known: Ref): Html =>
    html`<li><a href="${compareUrl(incoming, repository, known)}">${known.displayId}</a></li>`;
  return page(
    repository.name,
    html`${repositoryLinks(incoming, repository)}
      <p>Clone: <code>${cloneUrl(incoming.base, repository)}</code></p>
      <h2>Branches and tags</h2>
      <ul>
        ${refs.map(item)}
      </ul>
      <h2>Commits of ${ref}</h2>
      ${await commitTable(context, incoming, repository, ref)}`,
  );
}
