/**
 * Who calls with a bearer token? (RFC 6750; oauth2.md part 6, rows 32 to 35.) The header is the only place for it: a token
 * in the query or form beside the header is refused, and without the header it is nothing at all. Tokens of people who are
 * gone are dead, and what an administrator takes from a client is taken from its tokens at once.
 */
import type { Request } from 'express';
import type { Context } from '../../context.js';
import { BearerRefused, OAuth2Error } from '../../oauth2-errors.js';
import type { HostUser } from '../../host.js';
import { isForm, type RawBodies } from '../../http/raw-body.js';
import { readBearerToken } from '../../oauth2/bearer.js';
import { readParameters } from '../../oauth2/parameters.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { isUseToBeNoted } from '../note-use.js';
import { provideBody } from '../provide-body.js';
import type { AttemptNotes } from './attempt-notes.js';
import { scopesLeft } from './clients.js';

/** The caller of a request with a bearer token, as `req.applink`. */
export interface BearerCaller {
  link: Link;
  credential: OAuth2Client;
  /** null: the client calls in its own name. */
  user: HostUser | null;
  scheme: 'oauth2';
  scopes: readonly string[];
}

interface Dependencies {
  context: Context;
  rawBodies: RawBodies;
  notes: AttemptNotes;
}

/** @throws BearerRefused */
export async function authenticateBearer(
  { context, rawBodies, notes }: Dependencies,
  req: Request,
  header: string,
): Promise<BearerCaller> {
  const token = readToken(header);
  await rejectSecondToken(req, rawBodies);
  const { caller, isNoted } = await requireCaller(context, digest(token));
  if (isNoted) notes.called({ link: caller.link, client: caller.credential }, pathOf(req));
  keepPrivate(req);
  return caller;
}

function readToken(header: string): string {
  try {
    return readBearerToken(header);
  } catch (error) {
    if (!(error instanceof OAuth2Error)) throw error;
    throw new BearerRefused('invalid_request', error.description);
  }
}

/** RFC 6750 section 2: one method per request. A form is read for it, and handed on. */
async function rejectSecondToken(req: Request, rawBodies: RawBodies): Promise<void> {
  const { searchParams } = urlOf(req);
  const isUnread = isForm(req) && !req.readableDidRead;
  const form = isUnread ? await rawBodies.readForm(req) : undefined;
  const isInForm = form !== undefined && readParameters(form).names.includes('access_token');
  const isInBody =
    typeof req.body === 'object' && req.body !== null && 'access_token' in req.body && isForm(req);
  if (searchParams.has('access_token') || isInForm || isInBody)
    throw new BearerRefused('invalid_request', 'Send the token in the Authorization header only.');
  provideBody(req, { form, bytes: undefined });
}

/** `isNoted`: this use was written down. */
async function requireCaller(
  context: Context,
  accessDigest: string,
): Promise<{ caller: BearerCaller; isNoted: boolean }> {
  const { store, config } = context;
  const found = await store.authorizations.findByAccessToken(accessDigest);
  if (!found) throw deadToken('token unknown');
  const { authorization, tokens } = found;
  const nowMs = config.clock();
  if (nowMs >= tokens.accessExpiresAtMs) throw deadToken('access token expired');
  const link = await store.links.get(authorization.linkId);
  const credential = link?.clients.find(({ id }) => id === authorization.credentialId);
  if (!link || !credential) throw deadToken('the client of this token is gone');
  if (authorization.userId === null && !credential.allowClientCredentials)
    throw deadToken('the client may have no tokens of its own any more');
  const user = authorization.userId === null ? null : await config.host.findUser(authorization.userId);
  if (authorization.userId !== null && user === null) throw deadToken('the user of this token is gone');
  const isNoted = isUseToBeNoted(authorization.lastUsedAtMs, nowMs);
  if (isNoted) await store.authorizations.touch(authorization.id, nowMs);
  const scopes = scopesLeft(context, credential, tokens.scopes);
  return { caller: { link, credential, user, scheme: 'oauth2', scopes }, isNoted };
}

const urlOf = ({ originalUrl }: Request): URL => new URL(originalUrl, 'http://path.invalid');

const pathOf = (req: Request): string => urlOf(req).pathname;

/** Section 5.3: no shared cache may keep what was answered to a token. The host may say more. */
function keepPrivate({ res }: Request): void {
  if (res && !res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private');
}

function deadToken(reason: string): BearerRefused {
  return new BearerRefused('invalid_token', 'The access token is unknown, expired or revoked.', undefined, {
    reason,
  });
}
