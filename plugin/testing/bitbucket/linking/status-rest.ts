/** `GET 3.0/status/{id}` for an administrator (applinks-oauth1.md 3.4). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { User } from '../state.js';
import type { LinkingContext } from './context.js';
import { linkStatus } from './link-status.js';
import { linkForStatus } from './oauth-status-rest.js';

export async function showStatus(context: LinkingContext, incoming: Incoming, user: User): Promise<Answer> {
  const link = linkForStatus(context, incoming);
  if ('status' in link) return link;
  const callback = incoming.query.get('authorisationCallback') ?? undefined;
  return json(200, await linkStatus(context, link, user.name, callback));
}
