/** Branches, tags, the default branch and commits as REST shows them (jenkins-integration.md C1 rows 23, 25, 27, 28). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { pageOf, paged, pageRequest } from '../rest/paged.js';
import { restError, RestRefusal } from '../rest/rest-error.js';
import { listCommits } from './commits.js';
import { requireRepository } from './permission.js';
import { contains } from './projects-rest.js';
import { describeRef, listRefs, resolveCommit, type Ref } from './refs.js';
import type { Repository } from './repository.js';

const readable = (context: StandInContext, incoming: Incoming): Repository =>
  requireRepository(context, incoming, incoming.captures, 'REPO_READ');

async function refsOf(repository: Repository, { query }: Incoming, below: string): Promise<Ref[]> {
  const isByDate = query.get('orderBy')?.toUpperCase() === 'MODIFICATION';
  const all = await listRefs(repository, [below], isByDate ? 'MODIFICATION' : 'ALPHABETICAL');
  return all.filter(({ displayId }) => contains(displayId, query.get('filterText')));
}

const refEntity = ({ id, displayId, type, commit }: Ref) => ({
  ...{ id, displayId, type },
  latestCommit: commit,
  latestChangeset: commit,
});

export async function listBranches(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = readable(context, incoming);
  const all = await refsOf(repository, incoming, 'refs/heads');
  return paged(
    incoming,
    all.map((ref) => ({ ...refEntity(ref), isDefault: ref.displayId === repository.defaultBranch })),
  );
}

export async function listTags(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const all = await refsOf(readable(context, incoming), incoming, 'refs/tags');
  return paged(
    incoming,
    // Only an annotated tag has a hash of its own.
    all.map((ref) => ({ ...refEntity(ref), hash: ref.hash === ref.commit ? null : ref.hash })),
  );
}

export async function showDefaultBranch(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = readable(context, incoming);
  const id = `refs/heads/${repository.defaultBranch}`;
  if ((await resolveCommit(repository, id)) === undefined) {
    const exceptionName = 'com.atlassian.bitbucket.repository.NoDefaultBranchException';
    return restError(404, `${repository.slug} does not have a default branch.`, exceptionName);
  }
  return json(200, describeRef(id));
}

/** @throws RestRefusal when there is none; merge previews are none of Bitbucket's commits. */
export async function requireCommit(repository: Repository, name: string): Promise<string> {
  const found = await resolveCommit(repository, name);
  if (found !== undefined && !repository.previews.has(found)) return found;
  const exceptionName = 'com.atlassian.bitbucket.commit.NoSuchCommitException';
  const message = `Commit '${name}' does not exist in repository '${repository.slug}'.`;
  throw new RestRefusal(restError(404, message, exceptionName));
}

export async function showCommits(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = readable(context, incoming);
  const { query } = incoming;
  const until = await requireCommit(
    repository,
    query.get('until') ?? `refs/heads/${repository.defaultBranch}`,
  );
  const before = query.get('since');
  const since = before ? await requireCommit(repository, before) : undefined;
  const page = pageRequest(incoming);
  const range = { until, since, path: query.get('path') ?? undefined };
  return json(200, pageOf(page, await listCommits(repository, range, page)));
}

export async function showCommit(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = readable(context, incoming);
  const until = await requireCommit(repository, incoming.captures[2] ?? '');
  const [commit] = await listCommits(repository, { until }, { start: 0, limit: 1 });
  return json(200, commit);
}
