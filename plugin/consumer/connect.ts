/**
 * The dance as our user's browser sees it: `/applinks/connect/:linkId` and the callback (RFC 5849 section 2; design.md,
 * Paths). What an attacker tries here: to have a victim finish the attacker's dance, so that the victim's calls go out
 * in the attacker's name, or to finish the victim's in their own browser. So a transaction belongs to one link, one user
 * and one browser, and is claimed once before anything is exchanged.
 */
import type { Request, Response } from 'express';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { Csrf } from '../http/csrf.js';
import type { Endpoint } from '../http/handler.js';
import { connectCallbackUrl } from '../http/callback-url.js';
import { publicPath } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import type { TransactionCookie } from '../http/transaction-cookie.js';
import { requireUser, userOrLogin } from '../http/user.js';
import type { Views } from '../http/views.js';
import type { Connection, Link } from '../store/store.js';
import { connectionOf } from './connection.js';
import { transactionKey, type Beginning, type Dances } from './dance.js';

export interface ConnectDependencies {
  context: Context;
  views: Views;
  csrf: Csrf;
  rawBodies: RawBodies;
  cookies: TransactionCookie;
  dances: Dances;
}

/** A link on another site leads to a page that asks first; one of ours goes straight on. */
export function showConnect(dependencies: ConnectDependencies): Endpoint {
  const { context, views, csrf } = dependencies;
  return async (req, res) => {
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    const link = await linkOf(context, req);
    const query = queryOf(req);
    const connection = connectionOf(link, query.get('via') ?? undefined);
    const returnTo = localPath(query.get('returnTo'));
    if (req.headers['sec-fetch-site'] !== 'cross-site') {
      await begin(dependencies, req, res, { user, link, connection, returnTo });
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
    cookies.take(res, transactionKey(token));
    if (verifier === 'denied') {
      await views.render(res, 'connect-declined', { link, action: claimed.returnTo });
      return;
    }
    await dances.finish(req, link, user, claimed, { token, verifier });
    if (claimed.returnTo !== null) res.redirect(303, claimed.returnTo);
    else await views.render(res, 'connected', { link });
  };
}

async function begin(
  { context, cookies, dances }: ConnectDependencies,
  req: Request,
  res: Response,
  wanted: Pick<Beginning, 'user' | 'link' | 'connection' | 'returnTo'>,
): Promise<void> {
  const callbackUrl = connectCallbackUrl(context.config, wanted.link.id);
  const cookie = cookies.newValue();
  const { redirectTo, key } = await dances.begin(req, { ...wanted, cookie, callbackUrl });
  cookies.give(res, key, cookie);
  res.redirect(303, redirectTo);
}

/** Page that begins the authorisation of this connection, as an absolute URL. */
export function connectUrl(
  { config }: Pick<Context, 'config'>,
  link: Link,
  connection: Connection = connectionOf(link),
): string {
  const via = connection.id === connectionOf(link).id ? '' : `?via=${encodeURIComponent(connection.id)}`;
  const path = publicPath(config, `/applinks/connect/${encodeURIComponent(link.id)}`);
  return `${new URL(config.baseUrl).origin}${path}${via}`;
}

const purposeOf = (link: Link): string => `connect ${link.id}`;

async function linkOf({ store }: Context, req: Request): Promise<Link> {
  const { linkId } = req.params;
  const link = typeof linkId === 'string' ? await store.links.get(linkId) : undefined;
  if (link) return link;
  throw new ApplinksError('not_found', 404, 'There is no such application link. It may have been deleted.');
}

const queryOf = (req: Request): URLSearchParams =>
  new URL(req.originalUrl, 'http://path.invalid').searchParams;

/** A parameter that is sent twice is nobody's. */
function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  return others.length > 0 || value === '' || (value?.length ?? 0) > 4096 ? undefined : value;
}

/** A path of our own origin; anything else is dropped, so that nobody is sent away by a link of ours. */
function localPath(value: string | null): string | null {
  return value !== null && value.length <= 2048 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value)
    ? value
    : null;
}

function refuseCallback(): never {
  throw new ApplinksError(
    'invalid_input',
    400,
    'This authorisation was begun by another user or in another browser, is finished already, or took too long. Begin again.',
    { reason: 'no transaction of this link, user and browser' },
  );
}
