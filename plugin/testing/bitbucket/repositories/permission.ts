/**
 * What a caller may do with a repository: the user's own permission, cut down to the scopes of the token that named
 * the user (oauth2.md part 3); whatever is public anybody may read.
 */
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { notPermitted, restError, RestRefusal } from '../rest/rest-error.js';
import type { Project, User } from '../state.js';
import { findRepository } from './memory.js';
import { permissions, type Permission, type Repository } from './repository.js';

type Asked = Pick<Incoming, 'basicUser' | 'user' | 'scopes' | 'oauthConsumerKey'>;

export const callerOf = ({ basicUser, user }: Pick<Incoming, 'basicUser' | 'user'>): User | undefined =>
  basicUser ?? user;

const rank = (permission: Permission): number => permissions.indexOf(permission);

/** READ is what Jira and Confluence call it. */
function byScopes(scopes: ReadonlySet<string> | undefined): number {
  if (!scopes) return rank('REPO_ADMIN');
  if (scopes.has('READ')) return rank('REPO_READ');
  return Math.max(0, ...permissions.filter((name) => scopes.has(name)).map(rank));
}

export const mayReadProject = (project: Project, asked: Asked): boolean =>
  project.public || (callerOf(asked) !== undefined && byScopes(asked.scopes) > 0);

function permissionOf({ state }: StandInContext, repository: Repository, asked: Asked): number {
  const user = callerOf(asked);
  const least = rank(repository.isPublic || repository.project.public ? 'REPO_READ' : 'NONE');
  if (!user) return least;
  // The administrator's right is looked up afresh: scopes have taken it from the caller already.
  const isAdmin = state.users.get(user.name)?.admin === true;
  const own = isAdmin ? 'REPO_ADMIN' : (repository.permissions.get(user.name) ?? 'REPO_READ');
  return Math.max(least, Math.min(rank(own), byScopes(asked.scopes)));
}

export const mayUse = (
  context: StandInContext,
  repository: Repository,
  asked: Asked,
  needed: Permission,
): boolean => permissionOf(context, repository, asked) >= rank(needed);

/** @throws RestRefusal unless the repository exists and the caller has what is needed. */
export function requireRepository(
  context: StandInContext,
  asked: Asked,
  [projectKey = '', slug = '']: readonly string[],
  needed: Permission,
): Repository {
  const repository = findRepository(context.repositories, projectKey, slug);
  if (repository && mayUse(context, repository, asked, needed)) return repository;
  if (repository ?? !callerOf(asked)) throw new RestRefusal(notPermitted());
  throw new RestRefusal(noSuchRepository(projectKey, slug));
}

const noSuchRepository = (projectKey: string, slug: string): Answer =>
  restError(
    404,
    `Repository ${projectKey}/${slug} does not exist.`,
    'com.atlassian.bitbucket.repository.NoSuchRepositoryException',
  );
