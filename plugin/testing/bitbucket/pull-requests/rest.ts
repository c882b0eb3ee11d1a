/** Pull requests as REST lists, shows, opens, merges and declines them (jenkins-integration.md C1 row 24). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isRecord, parseJson, text, type JsonRecord } from '../json-body.js';
import { findRepository } from '../repositories/memory.js';
import { callerOf, requireRepository } from '../repositories/permission.js';
import type { Repository } from '../repositories/repository.js';
import { paged } from '../rest/paged.js';
import { notPermitted, restError, RestRefusal } from '../rest/rest-error.js';
import { repositoryPattern, restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import { pullRequestEntity } from './entity.js';
import { mergePullRequest } from './merge.js';
import { openPullRequest } from './open.js';
import type { PullRequest } from './pull-request.js';
import { closePullRequest } from './refresh.js';

const exception = (name: string): string => `com.atlassian.bitbucket.pull.${name}`;

const readable = (context: StandInContext, incoming: Incoming): Repository =>
  requireRepository(context, incoming, incoming.captures, 'REPO_READ');

/** Newest first; open ones into this repository unless the query says otherwise. */
function list(context: StandInContext, incoming: Incoming): Answer {
  const repository = readable(context, incoming);
  const { query } = incoming;
  const state = (query.get('state') ?? 'OPEN').toUpperCase();
  const side = query.get('direction')?.toUpperCase() === 'OUTGOING' ? 'from' : 'to';
  const at = query.get('at');
  const meant = context.pullRequests.filter((pullRequest) => {
    const { repository: of, branch } = pullRequest[side];
    const isAt = at === null || at === `refs/heads/${branch}`;
    return of === repository && isAt && (state === 'ALL' || pullRequest.state === state);
  });
  const newest = query.get('order')?.toUpperCase() === 'OLDEST' ? meant : [...meant].reverse();
  return paged(
    incoming,
    newest.map((pullRequest) => pullRequestEntity(context, pullRequest)),
  );
}

/** @throws RestRefusal unless it is there and the caller may read it. */
export function requirePullRequest(context: StandInContext, incoming: Incoming): PullRequest {
  const repository = readable(context, incoming);
  const id = Number(incoming.captures[2]);
  const found = context.pullRequests.find(
    ({ to, id: known }) => to.repository === repository && known === id,
  );
  if (found) return found;
  const message = `Pull request ${id} does not exist in ${repository.slug}.`;
  throw new RestRefusal(restError(404, message, exception('NoSuchPullRequestException')));
}

/** @throws RestRefusal unless it is open and the caller may write and has seen its newest version. */
function requireOpen(context: StandInContext, incoming: Incoming): { found: PullRequest; user: string } {
  const found = requirePullRequest(context, incoming);
  requireRepository(context, incoming, incoming.captures, 'REPO_WRITE');
  const user = callerOf(incoming)?.name;
  if (user === undefined) throw new RestRefusal(notPermitted());
  const body = parseJson(incoming.body);
  const version = incoming.query.get('version') ?? (isRecord(body) ? String(body.version) : '');
  if (version !== String(found.version)) {
    const message = 'You are attempting to modify a pull request based on out-of-date information.';
    throw new RestRefusal(restError(409, message, exception('PullRequestOutOfDateException')));
  }
  if (found.state !== 'OPEN') {
    const message = `The pull request is ${found.state.toLowerCase()} already.`;
    throw new RestRefusal(restError(409, message, exception('IllegalPullRequestStateException')));
  }
  return { found, user };
}

function sideOf(context: StandInContext, target: Repository, value: unknown) {
  if (!isRecord(value)) return undefined;
  const branch = text(value.id)?.replace(/^refs\/heads\//, '');
  const given: JsonRecord = isRecord(value.repository) ? value.repository : {};
  const project = isRecord(given.project) ? text(given.project.key) : undefined;
  const key = project ?? target.project.key;
  const repository = findRepository(context.repositories, key, text(given.slug) ?? target.slug);
  return branch !== undefined && repository ? { repository, branch } : undefined;
}

async function open(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const repository = readable(context, incoming);
  const user = callerOf(incoming)?.name;
  if (user === undefined) return notPermitted();
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return restError(400, 'The body is not a JSON object.');
  const title = text(body.title);
  const from = sideOf(context, repository, body.fromRef);
  const to = sideOf(context, repository, body.toRef);
  if (title === undefined || !from || !to) return restError(400, 'Title, source and target are required.');
  const opened = await openPullRequest(context, {
    ...{ from, to, title, user },
    description: text(body.description) ?? '',
  });
  if (typeof opened === 'string') return restError(409, opened);
  return json(201, pullRequestEntity(context, opened));
}

async function merge(context: StandInContext, incoming: Incoming): Promise<Answer> {
  const { found, user } = requireOpen(context, incoming);
  if ((await mergePullRequest(context, found, user)) !== undefined) {
    return json(200, pullRequestEntity(context, found));
  }
  const message = 'The pull request has conflicts and cannot be merged.';
  return restError(409, message, exception('PullRequestMergeVetoedException'));
}

function decline(context: StandInContext, incoming: Incoming): Answer {
  const { found, user } = requireOpen(context, incoming);
  closePullRequest(context, found, 'DECLINED', user);
  return json(200, pullRequestEntity(context, found));
}

export function pullRequestRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  const all = `${repositoryPattern}/pull-requests`;
  const one = `${all}/(\\d+)`;
  return [
    rest('GET', all, list),
    rest('POST', all, open),
    rest('GET', one, (_, incoming) =>
      json(200, pullRequestEntity(context, requirePullRequest(context, incoming))),
    ),
    rest('GET', `${one}/merge`, (_, incoming) => {
      const { hasConflict, state } = requirePullRequest(context, incoming);
      return json(200, { canMerge: !hasConflict && state === 'OPEN', conflicted: hasConflict, vetoes: [] });
    }),
    rest('POST', `${one}/merge`, merge),
    rest('POST', `${one}/decline`, decline),
  ];
}
