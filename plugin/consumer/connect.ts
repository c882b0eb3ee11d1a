/**
 * The dance as our user's browser sees it: `/applinks/connect/:linkId` and the callback (RFC 5849 section 2; design.md,
 * Paths). What an attacker tries here: to have a victim finish the attacker's dance, so that the victim's calls go out
 * in the attacker's name, or to finish the victim's in their own browser. So a transaction belongs to one link, one user
 * and one browser, and is claimed once before anything is exchanged.
 */
import type { Request, Response } from 'express';
import type { HostUser } from '../host.js';
import { connectCallbackUrl } from '../http/callback-url.js';
import type { Endpoint } from '../http/handler.js';
import { requireUser, userOrLogin } from '../http/user.js';
import type { Connection, Link } from '../store/store.js';
import type { ConnectDependencies } from './connect-dependencies.js';
import { connectionOf } from './connection.js';
import { linkOf, localPath, queryOf } from './link-of-request.js';
import { callbackUrl } from './oauth2/peer.js';
import { readScopes } from './oauth2/scopes.js';
import { showStart } from './oauth2/start.js';
import { refuseCallback, transactionKey } from './transactions.js';

/** A link on another site leads to a page that asks first; one of ours goes straight on. */
export function showConnect(dependencies: ConnectDependencies): Endpoint {
  const { context, views, csrf } = dependencies;
  return async (req, res) => {
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    const link = await linkOf(context, req);
    const query = queryOf(req);
    const returnTo = localPath(query.get('returnTo'));
    const connection = connectionOf(link, query.get('via') ?? undefined);
    const isFromElsewhere = req.headers['sec-fetch-site'] === 'cross-site';
    const isOAuth2 = connection.kind === 'oauth2';
    if (!isFromElsewhere && (!isOAuth2 || query.has('start'))) {
      await begin(dependencies, req, res, { user, link, connection, returnTo });
      return;
    }
    if (isOAuth2) {
      await showStart(dependencies, res, { user, link, connection, returnTo, query });
      return;
    }
    const formToken = csrf.token(req, res, user.id, purposeOf(link));
    const formAction = [new URL(dependencies.dances.authorizeUrl(link, connection)).origin];
    const page = { link, user, returnTo, formToken, via: connection.id };
    await views.render(res, 'connect', page, { formAction });
  };
}

export function confirmConnect(dependencies: ConnectDependencies): Endpoint {
  const { context, csrf, rawBodies } = dependencies;
  return async (req, res) => {
    const user = await requireUser(context, req);
    const link = await linkOf(context, req);
    const form = new URLSearchParams((await rawBodies.readForm(req)) ?? '');
    csrf.require(req, user.id, purposeOf(link), form.get('csrf_token') ?? undefined);
    const connection = connectionOf(link, form.get('via') ?? undefined);
    await begin(dependencies, req, res, {
      user,
      link,
      connection,
      returnTo: localPath(form.get('returnTo')),
    });
  };
}

export function finishConnect({ context, views, cookies, dances }: ConnectDependencies): Endpoint {
  return async (req, res) => {
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    const link = await linkOf(context, req);
    const query = queryOf(req);
    const token = single(query, 'oauth_token');
    // Without a verifier, whoever knows the token could end what somebody else has allowed (OAuth 1.0, session fixation).
    const verifier = single(query, 'oauth_verifier');
    const cookie = token && cookies.read(req, transactionKey(token));
    const claimed = verifier && cookie ? await dances.claim(link, user, cookie, token) : undefined;
    if (!claimed || !token || !verifier) return refuseCallback();
    const { returnTo } = claimed.document;
    cookies.take(res, transactionKey(token));
    if (verifier === 'denied') {
      await views.render(res, 'connect-declined', { link, action: returnTo });
      return;
    }
    await dances.finish(req, link, user, claimed, { token, verifier });
    if (returnTo !== null) res.redirect(303, returnTo);
    else await views.render(res, 'connected', { link });
  };
}

interface Start {
  user: HostUser;
  link: Link;
  connection: Connection;
  returnTo: string | null;
}

async function begin(
  { context, cookies, dances, flows }: ConnectDependencies,
  req: Request,
  res: Response,
  start: Start,
): Promise<void> {
  const { link } = start;
  const cookie = cookies.newValue();
  const scopes = readScopes(queryOf(req).get('scope') ?? '');
  const { redirectTo, key } =
    start.connection.kind === 'oauth2'
      ? await flows.begin(req, { ...start, cookie, scopes, callbackUrl: callbackUrl(context, link.id) })
      : await dances.begin(req, {
          ...start,
          cookie,
          callbackUrl: connectCallbackUrl(context.config, link.id),
        });
  cookies.give(res, key, cookie);
  res.setHeader('Cache-Control', 'no-store');
  res.redirect(303, redirectTo);
}

const purposeOf = (link: Link): string => `connect ${link.id}`;

/** A parameter that is sent twice is nobody's. */
function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  return others.length > 0 || value === '' || (value?.length ?? 0) > 4096 ? undefined : value;
}
