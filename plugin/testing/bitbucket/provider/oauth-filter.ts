/**
 * Signed requests for anything but the token endpoints (applinks-oauth1.md 6.6): whom they run as, or why they do not.
 * The traps are Bitbucket's own: a signed request that omits `oauth_token` is no attempt at all, 2LO without an
 * executing user and 2LOi for an unknown user are anonymous, and a parameter `user_id` asks for impersonation.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { isExpired } from '../issued-token.js';
import type { IncomingConsumer, User } from '../state.js';
import { forcedRefusal } from './forced-refusal.js';
import { challenge, OAuthRefusal } from './oauth-refusal.js';
import { answerOfFailure } from './token-endpoint.js';
import { readSignedMessage, type SignedMessage } from './signed-message.js';
import { required, validateMessage } from './validate-message.js';

type Asked = Omit<Incoming, 'captures'>;
type Answering = (incoming: Asked, headers: IncomingHttpHeaders) => Promise<Answer>;

const attemptParameters = ['consumer_key', 'token', 'signature_method', 'signature', 'timestamp', 'nonce'];

function isAttempt(message: SignedMessage, { path }: Asked): boolean {
  if (!attemptParameters.every((name) => message.get(`oauth_${name}`) !== undefined)) return false;
  return message.get('oauth_token') === ''
    ? !path.endsWith('/request-token')
    : !path.endsWith('/access-token');
}

const isDavClient = (agent = ''): boolean => /^(WebDAVFS|Microsoft-WebDAV-MiniRedir)\//.test(agent);

/** Refused without a word why: bare challenge, empty body. */
class Unexplained extends Error {}

interface Caller {
  consumer: IncomingConsumer;
  /** Undefined: anonymous. */
  user: User | undefined;
}

function threeLegged(context: StandInContext, message: SignedMessage): Caller {
  const { issued, users, consumers } = context.state;
  const token = issued.get(required(message, 'oauth_token'));
  const user = users.get(token?.user ?? '');
  if (token?.kind !== 'access' || !user) throw new OAuthRefusal('token_rejected');
  if (message.get('oauth_consumer_key') !== token.consumerKey) throw new OAuthRefusal('token_rejected');
  if (isExpired(token, context.now())) throw new OAuthRefusal('token_expired');
  const consumer = consumers.get(token.consumerKey);
  if (!consumer) throw new OAuthRefusal('consumer_key_unknown');
  validateMessage(context, message, consumer);
  if (!consumer.threeLegged) throw new OAuthRefusal('permission_denied');
  return { consumer, user };
}

function twoLegged(context: StandInContext, message: SignedMessage): Caller {
  const { users, consumers } = context.state;
  const consumer = consumers.get(required(message, 'oauth_consumer_key'));
  if (!consumer) throw new OAuthRefusal('consumer_key_unknown');
  validateMessage(context, message, consumer);
  const requestor = message.request('xoauth_requestor_id') ?? message.request('user_id');
  if (!(requestor === undefined ? consumer.twoLegged : consumer.impersonation)) throw new Unexplained();
  return { consumer, user: users.get(requestor ?? consumer.executingUser ?? '') };
}

function callerOf(context: StandInContext, message: SignedMessage): Caller {
  const forced = forcedRefusal(context);
  if (forced) throw forced;
  const caller = (message.get('oauth_token') === '' ? twoLegged : threeLegged)(context, message);
  if (caller.user?.isLocked) throw new Unexplained();
  return caller;
}

function challenged(answer: Answer, realm: string): Answer {
  if (answer.status !== 401 || answer.headers['WWW-Authenticate']) return answer;
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge(realm) } };
}

/** Runs `next` as the caller who signed; every 401 leaves with a challenge, whoever asked. */
export const withOAuth =
  (context: StandInContext, next: Answering): Answering =>
  async (incoming, headers) => {
    const realm = context.baseUrl();
    const message = readSignedMessage(incoming, headers);
    const isKnown = incoming.user ?? incoming.basicUser;
    if (isKnown || !isAttempt(message, incoming) || isDavClient(headers['user-agent'])) {
      return challenged(await next(incoming, headers), realm);
    }
    let caller: Caller;
    try {
      caller = callerOf(context, message);
    } catch (error) {
      if (!(error instanceof Unexplained)) return answerOfFailure(error, realm);
      return challenged({ status: 401, headers: {}, body: '' }, realm);
    }
    const asCaller = { ...incoming, user: caller.user, oauthConsumerKey: caller.consumer.key };
    return challenged(await next(asCaller, headers), realm);
  };
