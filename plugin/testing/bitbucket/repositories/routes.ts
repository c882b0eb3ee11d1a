/** Addresses of projects, repositories and what is in them. */
import type { StandInContext } from '../context.js';
import { repositoryPattern as repository, restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';
import { browse, raw } from './files-rest.js';
import { createProject, listProjects, showProject } from './projects-rest.js';
import { listBranches, listTags, showCommit, showCommits, showDefaultBranch } from './refs-rest.js';
import { listRepositories, postRepository, searchRepositories, showRepository } from './repositories-rest.js';

const api = '/rest/api/(?:1\\.0|latest)';

/** Of every product, since signed calls are tried on them. */
export function projectRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  return [
    rest('GET', `${api}/projects`, listProjects),
    rest('POST', `${api}/projects`, createProject),
    rest('GET', `${api}/projects/([^/]+)`, showProject),
  ];
}

export function repositoryRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  return [
    rest('GET', `${api}/repos`, searchRepositories),
    rest('GET', `${api}/projects/([^/]+)/repos`, listRepositories),
    rest('POST', `${api}/projects/([^/]+)/repos`, postRepository),
    rest('GET', repository, showRepository),
    rest('GET', `${repository}/branches`, listBranches),
    rest('GET', `${repository}/tags`, listTags),
    rest('GET', `${repository}/(?:default-branch|branches/default)`, showDefaultBranch),
    rest('GET', `${repository}/commits`, showCommits),
    rest('GET', `${repository}/commits/([^/]+)`, showCommit),
    rest('GET', `${repository}/browse(?:/(.*))?`, browse),
    rest('GET', `${repository}/raw/(.+)`, raw),
  ];
}
