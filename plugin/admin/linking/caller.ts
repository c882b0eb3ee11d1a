/**
 * Who may call the linking resources: an administrator by HTTP Basic, who is asked for by a peer's wizard, or an OAuth
 * 1.0a caller who is an administrator (applinks-oauth1.md 2.3, 9.1, 10.2). What an attacker tries here: another site's
 * page with an administrator's cookie (a cookie never counts here, and `X-Atlassian-Token` opens nothing), guessing of
 * passwords (limited per name and address, also when all tries come at once), reading them from the wire (https only,
 * outside of loopback), and more than was allowed: a token that was given for some scopes only administers nothing, and
 * a bearer token, whose user has consented to its scopes and to no links, opens what is open to anybody (oauth2.md 8.2
 * row 4).
 */
import type { Request } from 'express';
import type { Context } from '../../context.js';
import { ApplinksError, RateLimited } from '../../errors.js';
import type { HostUser } from '../../host.js';
import { addressGroup } from '../../http/address-group.js';
import { createOneAtATime } from '../../http/one-at-a-time.js';
import type { Link } from '../../store/store.js';

/** By whom a linking resource was called. */
export interface LinkingCaller {
  /** null: an application in its own name. */
  user: HostUser | null;
  isAdmin: boolean;
  /** Of a signed call. */
  link: Link | undefined;
}

/** provider/authenticate.ts, handed in by the composition root. */
export type AuthenticateCaller = (
  req: Request,
) => Promise<{ link: Link; user: HostUser | null; scopes: readonly string[] }>;

export interface LinkingAccess {
  /** Undefined for nobody. @throws OAuthProblem, OAuthChallenge, RateLimited, ApplinksError `forbidden` */
  identify(req: Request): Promise<LinkingCaller | undefined>;
  /** The administrator's id. @throws ApplinksError `login_required` (401) */
  requireAdmin(req: Request): Promise<string>;
}

export function createLinkingAccess(context: Context, authenticate: AuthenticateCaller): LinkingAccess {
  const { host } = context.config;
  const oneAtATime = createOneAtATime();
  const identify: LinkingAccess['identify'] = async (req) => {
    const authorization = req.headers.authorization ?? '';
    if (/^Bearer(?:\s|$)/i.test(authorization)) {
      const { user } = await authenticate(req);
      return { user, isAdmin: false, link: undefined };
    }
    if (/^OAuth(?:\s|$)/i.test(authorization)) {
      const { link, user, scopes } = await authenticate(req);
      const isUnlimited = Object.keys(context.config.scopes).every((scope) => scopes.includes(scope));
      const isAdmin = user !== null && isUnlimited && (await host.isAdmin(user));
      return { user, isAdmin, link };
    }
    const basic = readBasic(authorization);
    if (!basic) return undefined;
    const address = addressGroup(req.ip);
    const user = await oneAtATime(address, () => verifyPassword(context, address, basic));
    return user && { user, isAdmin: await host.isAdmin(user), link: undefined };
  };
  return {
    identify,
    requireAdmin: async (req) => {
      const caller = await identify(req);
      if (caller?.isAdmin && caller.user) return caller.user.id;
      const reason = caller ? 'not an administrator' : 'no valid credentials';
      throw new ApplinksError('login_required', 401, 'Only an administrator may do this.', { reason });
    },
  };
}

interface Basic {
  name: string;
  password: string;
}

const longestBasic = 2048;

/** RFC 7617, UTF-8, without control characters. */
function readBasic(authorization: string): Basic | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length > longestBasic) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 || /\p{Cc}/u.test(text)
    ? undefined
    : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function verifyPassword(
  { config, limiter }: Context,
  address: string,
  { name, password }: Basic,
): Promise<HostUser | undefined> {
  const { host, baseUrl } = config;
  if (!host.verifyPassword) return undefined;
  requireConfidential(baseUrl);
  const keys = [JSON.stringify(['password', address, name]), JSON.stringify(['password', address])];
  for (const key of keys) {
    const seconds = await limiter.retryAfterSeconds(key);
    if (seconds > 0) throw new RateLimited(seconds);
  }
  const user = await host.verifyPassword(name, password);
  if (user) return user;
  for (const key of keys) await limiter.fail(key);
  return undefined;
}

/** @throws ApplinksError `forbidden`: a password was sent in the clear, and must not seem to work. */
function requireConfidential(baseUrl: string): void {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return;
  throw new ApplinksError(
    'forbidden',
    403,
    'Passwords are taken over https only. Set an https baseUrl, or link without a password (redirect).',
    { reason: 'password over plain http' },
  );
}
