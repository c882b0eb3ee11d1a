/**
 * Both levels of a link in one resource (applinks-oauth1.md 3.3): readable by anybody, settable by an administrator,
 * by a system administrator when a side asks for impersonation. Setting it WIPES a configuration made by hand.
 */
import { json, type Answer, type Incoming } from '../answer.js';
import { parseJson } from '../json-body.js';
import { isLinkId } from '../link-id.js';
import type { Link, User } from '../state.js';
import type { LinkingContext } from './context.js';
import { v3Error } from './error-list.js';
import { localLevels, setIncoming, setOutgoing } from './local-oauth.js';
import { readLevels } from './oauth-levels.js';
import { isSystemAdmin } from './roles.js';

export function linkForStatus({ state }: LinkingContext, { captures }: Incoming): Link | Answer {
  const id = captures[0] ?? '';
  if (!isLinkId(id)) return v3Error(400, 'This is not the id of an application link.');
  return state.links.get(id.toLowerCase()) ?? v3Error(404, `No application link has the id ${id}.`);
}

export function showLevels(context: LinkingContext, incoming: Incoming): Answer {
  const link = linkForStatus(context, incoming);
  return 'status' in link ? link : json(200, localLevels(context, link));
}

export async function putLevels(context: LinkingContext, incoming: Incoming, user: User): Promise<Answer> {
  const link = linkForStatus(context, incoming);
  if ('status' in link) return link;
  const levels = readLevels(parseJson(incoming.body));
  if (!levels) return v3Error(400, 'Both incoming and outgoing are required.');
  const impersonates = levels.incoming.twoLoImpersonationEnabled || levels.outgoing.twoLoImpersonationEnabled;
  if (impersonates && !isSystemAdmin(user)) {
    return v3Error(403, 'Only a system administrator may switch impersonation on.');
  }
  const problem = await setIncoming(context, link, levels.incoming);
  if (problem) return v3Error(409, problem, 'incoming');
  setOutgoing(context, link, levels.outgoing);
  return { status: 204, headers: {}, body: '' };
}
