/**
 * The page before an authorisation by OAuth 2.0, and the one after it. The peer checks redirect URI and client ID only when
 * the user has consented there, and then shows a page of its own and never sends them back (oauth2.md 2.3), so what to
 * do then is said here; and the last one that never came back is shown (part 7, row 21). The way on is a link and no
 * form: browsers apply a page's `form-action` to every redirect that follows, and peers send people to log in elsewhere.
 */
import type { Response } from 'express';
import type { HostUser } from '../../host.js';
import type { Endpoint } from '../../http/handler.js';
import { userOrLogin } from '../../http/user.js';
import type { Connection, Link } from '../../store/store.js';
import type { ConnectDependencies } from '../connect-dependencies.js';
import { linkOf } from '../link-of-request.js';
import { latestFlow } from './flow-note.js';
import { peerOf } from './peer.js';
import { readScopes } from './scopes.js';

export interface StartPage {
  user: HostUser;
  link: Link;
  connection: Connection;
  returnTo: string | null;
  query: URLSearchParams;
}

type StartDependencies = Pick<ConnectDependencies, 'context' | 'views' | 'flows' | 'oauth2Grants'>;

export async function showStart(
  { context, views, flows, oauth2Grants }: StartDependencies,
  res: Response,
  { user, link, connection, returnTo, query }: StartPage,
): Promise<void> {
  const wanted = readScopes(query.get('scope') ?? '');
  const { peer, scopes } = await flows.scopesOf(link, connection, user, wanted);
  const known = await oauth2Grants.look({ link, connection, peer, userId: user.id });
  const latest = await latestFlow(context, link.id, connection.id);
  const onward = new URLSearchParams({ start: '1' });
  if (wanted.length > 0) onward.set('scope', wanted.join(' '));
  if (returnTo !== null) onward.set('returnTo', returnTo);
  if (query.has('via')) onward.set('via', connection.id);
  await views.render(res, 'connect-oauth2', {
    link: { id: link.id, name: link.name, displayUrl: link.displayUrl },
    user,
    scopes: scopes.map((name) => ({
      name,
      allows: peer.preset.scopes.find((scope) => scope.name === name)?.allows ?? name,
    })),
    onward: onward.toString(),
    account: known?.document.identity?.displayName ?? null,
    hasNotReturned:
      latest?.userId === user.id && latest.outcome !== 'finished' && latest.outcome !== 'refused',
  });
}

export function showConnected(dependencies: StartDependencies): Endpoint {
  const { context, views, oauth2Grants } = dependencies;
  return async (req, res) => {
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    const link = await linkOf(context, req);
    const connection = link.outgoing.find(({ kind }) => kind === 'oauth2');
    const found = connection && {
      place: { link, connection, peer: peerOf(context, link, connection), userId: user.id },
    };
    const document = found && (await oauth2Grants.look(found.place))?.document;
    const page = document && {
      account: document.identity?.displayName ?? null,
      former: document.formerIdentity,
      scopes: document.scopes,
    };
    await views.render(res, 'connected', { link, oauth2: page ?? null });
  };
}
