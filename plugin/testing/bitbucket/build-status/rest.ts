/** Build statuses over REST: of a commit of a repository, and by the older resource, of a commit alone (C4). */
import type { IncomingHttpHeaders } from 'node:http';
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { callerOf, requireRepository } from '../repositories/permission.js';
import { requireCommit } from '../repositories/refs-rest.js';
import type { Repository } from '../repositories/repository.js';
import { paged } from '../rest/paged.js';
import { notPermitted, restError, RestRefusal } from '../rest/rest-error.js';
import { repositoryPattern, restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import type { BuildStatus } from './build-status.js';
import { findStatus, keepStatus, removeStatus, statusesOf } from './memory.js';
import { readStatus, type PostedStatus } from './read-status.js';
import { signatureOf } from './signature.js';

const noContent: Answer = { status: 204, headers: {}, body: '' };

export function requireCommitId(commit: string): string {
  if (/^[0-9a-f]{40}$/.test(commit)) return commit;
  throw new RestRefusal(restError(400, 'A commit is named by its 40 hexadecimal digits.'));
}

/** An application may say what it built although no user stands behind the call; nobody else without one may. */
export function requirePoster(context: StandInContext, incoming: Incoming): Repository {
  if (callerOf(incoming)) return requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  if (incoming.oauthConsumerKey === undefined) throw new RestRefusal(notPermitted());
  const asApplication = { ...incoming, user: { name: '', password: '', admin: false } };
  return requireRepository(context, asApplication, incoming.captures, 'REPO_READ');
}

function keep(
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
  posted: PostedStatus,
  where: Pick<BuildStatus, 'commit' | 'repository'>,
): Answer {
  const now = context.now();
  keepStatus(context.buildStatuses, {
    ...where,
    ...posted,
    ...{ createdDate: now, updatedDate: now },
    postedBy: callerOf(incoming)?.name,
    signature: signatureOf(context, headers, posted),
  });
  return noContent;
}

async function postRich(
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  const { richBuildStatus, cancelledStatus } = context.capabilitySwitches;
  if (!richBuildStatus) return restError(404, 'There is nothing at this address.');
  const repository = requirePoster(context, incoming);
  const commit = await requireCommit(repository, requireCommitId(incoming.captures[2] ?? ''));
  const posted = readStatus(incoming.body, { isRich: true, knowsCancelled: cancelledStatus });
  return keep(context, incoming, headers, posted, { commit, repository });
}

function postLegacy(context: StandInContext, incoming: Incoming, headers: IncomingHttpHeaders): Answer {
  if (!callerOf(incoming)) return notPermitted();
  const commit = requireCommitId(incoming.captures[0] ?? '');
  const posted = readStatus(incoming.body, { isRich: false, knowsCancelled: false });
  return keep(context, incoming, headers, posted, { commit, repository: undefined });
}

function entity(status: BuildStatus) {
  const { key, state, url, name, description, buildNumber, parent, ref, duration, testResults } = status;
  const { commit, createdDate, updatedDate } = status;
  const posted = { key, state, url, name, description, buildNumber, parent, ref, duration, testResults };
  return { ...posted, commitId: commit, createdDate, updatedDate, dateAdded: updatedDate };
}

function showOne(context: StandInContext, incoming: Incoming): Answer {
  requireRepository(context, incoming, incoming.captures, 'REPO_READ');
  const id = { commit: incoming.captures[2] ?? '', key: incoming.query.get('key') ?? '' };
  const found = findStatus(context.buildStatuses, id);
  if (found) return json(200, entity(found));
  const exceptionName = 'com.atlassian.bitbucket.build.NoSuchBuildStatusException';
  return restError(404, `Commit ${id.commit} has no build with the key '${id.key}'.`, exceptionName);
}

function removeOne(context: StandInContext, incoming: Incoming): Answer {
  requireRepository(context, incoming, incoming.captures, 'REPO_ADMIN');
  const id = { commit: incoming.captures[2] ?? '', key: incoming.query.get('key') ?? '' };
  removeStatus(context.buildStatuses, id);
  return noContent;
}

function listLegacy(context: StandInContext, incoming: Incoming): Answer {
  if (!callerOf(incoming)) return notPermitted();
  return paged(incoming, statusesOf(context.buildStatuses, incoming.captures[0] ?? '').map(entity));
}

function countLegacy(context: StandInContext, incoming: Incoming): Answer {
  if (!callerOf(incoming)) return notPermitted();
  const all = statusesOf(context.buildStatuses, incoming.captures[0] ?? '');
  const count = (state: string): number => all.filter((status) => status.state === state).length;
  return json(200, {
    ...{ successful: count('SUCCESSFUL'), inProgress: count('INPROGRESS'), failed: count('FAILED') },
    ...{ cancelled: count('CANCELLED'), unknown: count('UNKNOWN') },
  });
}

export function buildStatusRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  const rich = `${repositoryPattern}/commits/([^/]+)/builds`;
  const legacy = '/rest/build-status/(?:1\\.0|latest)/commits';
  return [
    rest('POST', rich, postRich),
    rest('GET', rich, showOne),
    rest('DELETE', rich, removeOne),
    rest('POST', `${legacy}/([^/]+)`, postLegacy),
    rest('GET', `${legacy}/stats/([^/]+)`, countLegacy),
    rest('GET', `${legacy}/([^/]+)`, listLegacy),
  ];
}
