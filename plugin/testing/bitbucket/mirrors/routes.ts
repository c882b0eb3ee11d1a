/** Which mirrors a repository has, and where each of them serves it (jenkins-integration.md C1 row 10). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { cloneUrl } from '../repositories/entities.js';
import { mayUse } from '../repositories/permission.js';
import type { Repository } from '../repositories/repository.js';
import { paged } from '../rest/paged.js';
import { restError, RestRefusal } from '../rest/rest-error.js';
import { restRoutes } from '../rest/rest-route.js';
import type { Route } from '../route.js';

function requireById(context: StandInContext, incoming: Incoming, id: string | undefined): Repository {
  const found = context.repositories.list.find((repository) => String(repository.id) === id);
  if (found && mayUse(context, found, incoming, 'REPO_READ')) return found;
  const exceptionName = 'com.atlassian.bitbucket.repository.NoSuchRepositoryException';
  throw new RestRefusal(restError(404, `Repository ${id ?? ''} does not exist.`, exceptionName));
}

function listMirrors(context: StandInContext, incoming: Incoming): Answer {
  const { id: repositoryId } = requireById(context, incoming, incoming.captures[0]);
  const descriptors = context.mirrors.map(({ id, name }) => {
    const baseUrl = `${context.baseUrl()}/mirrors/${id}`;
    const self = `${baseUrl}/rest/mirroring/1.0/upstreamServers/${context.state.serverId}/repos/${repositoryId}`;
    return {
      mirrorServer: { id, name, baseUrl, enabled: true, mirrorType: 'SINGLE', productVersion: '9.4.0' },
      links: { self: [{ href: self }] },
    };
  });
  return paged(incoming, descriptors);
}

function showMirrored(context: StandInContext, incoming: Incoming): Answer {
  const [mirrorId, repositoryId] = incoming.captures;
  const repository = requireById(context, incoming, repositoryId);
  const mirror = context.mirrors.find(({ id }) => id === mirrorId);
  if (!mirror) return restError(404, 'There is no such mirror.');
  const { name, isAvailable, omitsCloneUrls } = mirror;
  const href = cloneUrl(`${context.baseUrl()}/mirrors/${mirror.id}`, repository);
  const push = cloneUrl(context.baseUrl(), repository);
  return json(200, {
    mirrorName: name,
    repositoryId: String(repository.id),
    available: isAvailable,
    status: isAvailable ? 'AVAILABLE' : 'INITIALIZING',
    lastUpdated: context.now(),
    links: {
      clone: isAvailable && !omitsCloneUrls ? [{ href, name: 'http' }] : [],
      push: [{ href: push, name: 'http' }],
    },
  });
}

export function mirrorRoutes(context: StandInContext): readonly Route[] {
  const rest = restRoutes(context);
  const mirroring = '/rest/mirroring/(?:1\\.0|latest)';
  return [
    rest('GET', `${mirroring}/repos/([^/]+)/mirrors`, listMirrors),
    rest('GET', `/mirrors/([^/]+)${mirroring}/upstreamServers/[^/]+/repos/([^/]+)`, showMirrored),
  ];
}
