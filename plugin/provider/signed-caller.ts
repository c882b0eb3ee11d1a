/**
 * Who has signed this request? The OAuth 1.0a half of authenticate.ts (RFC 5849 section 3.2; J A7, AL 5.3, 5.4).
 * Signature first, then token state, nonce last (rule 3), so that a forged request learns nothing and burns nothing.
 */
import type { Request } from 'express';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Attempt } from '../http/attempt.js';
import { publicUrl } from '../http/public-url.js';
import { isForm, type RawBodies } from '../http/raw-body.js';
import { readMessage, type Message } from '../oauth1/message.js';
import { requireParameter } from '../oauth1/verify.js';
import { digest } from '../store/digest.js';
import type { KeepNote } from '../store/note-keeper.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Credential, Link } from '../store/store.js';
import type { AccessToken } from '../store/tokens.js';
import type { Consumer, Consumers } from './consumer.js';
import { requireFreshNonce } from './nonce.js';
import { isUseToBeNoted } from './note-use.js';
import { grantableScopes } from './pending-token.js';
import { provideBody } from './provide-body.js';
import { requireThreeLegged } from './request-token.js';
import { isIdle } from './session-state.js';
import { rejectToken, requireTokenOwner } from './token-owner.js';
import { requireTwoLegged } from './two-legged.js';

/** The caller of a signed request, as `req.applink`. */
export interface SignedCaller {
  link: Link;
  credential: Credential;
  /** null: an application calls in its own name. */
  user: HostUser | null;
  scheme: 'oauth1';
  scopes: readonly string[];
}

interface Dependencies {
  context: Context;
  rawBodies: RawBodies;
  consumers: Consumers;
  noteTwoLegged: KeepNote;
}

/** @throws OAuthProblem, OAuthChallenge */
export async function authenticateSigned(
  { context, rawBodies, consumers, noteTwoLegged }: Dependencies,
  req: Request,
  attempt: Attempt,
): Promise<SignedCaller> {
  const form = await rawBodies.readForm(req);
  const message = readHeaderMessage(context, req, form);
  attempt.consumerKey = message.get('oauth_consumer_key');
  const bytes = await bodyToHash(message, req, rawBodies);
  const caller = await authenticateMessage(context, consumers, message, bytes);
  if (isTwoLegged(message)) noteTwoLegged(caller.link.id);
  provideBody(req, { form, bytes });
  return caller;
}

/** RFC 5849 section 3.5: protocol parameters stay in one place, and here that place is the header. */
function readHeaderMessage({ config }: Context, req: Request, form: string | undefined): Message {
  const { authorization } = req.headers;
  const message = readMessage({ method: req.method, url: publicUrl(config, req), authorization, form });
  const stray = message.pairs.slice(message.headerPairs).find(([name]) => name.startsWith('oauth_'));
  if (!stray) return message;
  throw new OAuthProblem(
    'parameter_rejected',
    { oauth_parameters_rejected: stray[0] },
    { reason: 'an OAuth parameter outside of the Authorization header' },
  );
}

async function bodyToHash(message: Message, req: Request, rawBodies: RawBodies): Promise<Buffer | undefined> {
  const isNeeded = message.get('oauth_body_hash') !== undefined && !isForm(req);
  return isNeeded ? rawBodies.readBytes(req) : undefined;
}

async function authenticateMessage(
  context: Context,
  consumers: Consumers,
  message: Message,
  body: Buffer | undefined,
): Promise<SignedCaller> {
  const token = message.get('oauth_token');
  if (token === undefined) requireParameter(message, 'oauth_token');
  const claimed = await consumers.find(message);
  if (token === undefined || isTwoLegged(message))
    return authenticateTwoLegged(context, consumers, message, claimed, body);
  const record = await findAccessToken(context, digest(token), claimed);
  const secret = record && openSecret(context, record);
  // A peer drops a dead token on `token_rejected` only, also when its consumer is gone (AL 5.4, KIT; J A7 row 1).
  const consumer = consumers.requireSignature(message, claimed, secret, {
    body,
    unknownAs: 'token_rejected',
  });
  if (!record) return rejectToken('token unknown');
  requireThreeLegged(consumer);
  requireUsable(record, consumer.credential, context.config.clock());
  const user = await requireTokenOwner(context, record.userId);
  await requireFreshNonce(context, message, consumer);
  await noteUse(context, record);
  return { ...consumer, user, scheme: 'oauth1', scopes: record.scopes };
}

/** An empty token: the application itself calls, for itself or for a user whom it names (AL 5.3). */
function isTwoLegged(message: Message): boolean {
  return (message.get('oauth_token') ?? '') === '';
}

async function authenticateTwoLegged(
  context: Context,
  consumers: Consumers,
  message: Message,
  claimed: Consumer | undefined,
  body: Buffer | undefined,
): Promise<SignedCaller> {
  const consumer = consumers.requireSignature(message, claimed, '', { body });
  const user = await requireTwoLegged(context, message, consumer);
  await requireFreshNonce(context, message, consumer);
  return {
    ...consumer,
    user,
    scheme: 'oauth1',
    scopes: grantableScopes(context.config, consumer.credential),
  };
}

async function findAccessToken(
  { store }: Context,
  tokenDigest: string,
  consumer: Consumer | undefined,
): Promise<AccessToken | undefined> {
  const record = await store.accessTokens.get(tokenDigest);
  return record && record.credentialId === consumer?.credential.id ? record : undefined;
}

function openSecret({ sealer }: Context, { sealedSecret, linkId, userId }: AccessToken): string {
  return sealer.open(sealedSecret, sealedPlace.accessTokenSecret(linkId, userId));
}

/** @throws OAuthProblem `token_expired`, which makes an Atlassian peer ask its user again (AL 5.4). */
function requireUsable(record: AccessToken, { idleTimeoutMs }: Credential, nowMs: number): void {
  if (nowMs > record.expiresAtMs)
    throw new OAuthProblem('token_expired', {}, { reason: 'access token expired' });
  if (isIdle(record, idleTimeoutMs, nowMs)) {
    throw new OAuthProblem('token_expired', {}, { reason: 'access token unused for too long' });
  }
}

async function noteUse({ store, config }: Context, { id, lastUsedAtMs }: AccessToken): Promise<void> {
  const nowMs = config.clock();
  if (isUseToBeNoted(lastUsedAtMs, nowMs)) await store.accessTokens.touch(id, nowMs);
}
