/**
 * How a product says who is calling, which is all that tells a good token from a bad one (oauth2.md 2.7): Bitbucket by a
 * header on every answer, Jira and Confluence by a resource of their own.
 */
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { on, type Route } from '../route.js';
import type { Answering } from './resource-filter.js';

const nameOf = ({ basicUser, user }: Pick<Incoming, 'basicUser' | 'user'>): string | undefined =>
  (basicUser ?? user)?.name;

function showMyself(incoming: Incoming): Answer {
  const name = nameOf(incoming);
  if (name === undefined) return statusEntity(401, 'Client must be authenticated to access this resource.');
  return json(200, { name, key: name, displayName: name, active: true });
}

/** Always 200: an anonymous caller is somebody too. */
function showCurrentUser(incoming: Incoming): Answer {
  const name = nameOf(incoming);
  if (name === undefined) return json(200, { type: 'anonymous', displayName: 'Anonymous' });
  return json(200, { type: 'known', username: name, userKey: name, displayName: name });
}

export function identityRoutes({ state }: StandInContext): readonly Route[] {
  if (state.product === 'jira') {
    return [on('GET', '/rest/api/(?:2|latest)/myself', (incoming) => showMyself(incoming))];
  }
  if (state.product === 'confluence') {
    return [on('GET', '/rest/api/user/current', (incoming) => showCurrentUser(incoming))];
  }
  return [];
}

/** Innermost, so that it sees the caller however he was found. */
export const withUserName =
  ({ state }: StandInContext, next: Answering): Answering =>
  async (incoming, headers) => {
    const answer = await next(incoming, headers);
    const name = state.product === 'stash' ? nameOf(incoming) : undefined;
    if (name === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, 'X-AUSERNAME': encodeURIComponent(name) } };
  };
