/**
 * Calls signed by OAuth 1.0a (applinks-oauth1.md 5.3, 5.4). A token is forgotten on the three problems of 5.4 only: any
 * other failure would log out everybody when the peer has a bad day.
 */
import type { Context } from '../context.js';
import { CredentialsRequired, PeerRefused } from '../errors.js';
import type { Pair } from '../oauth1/encoding.js';
import type { Calls, Target } from './calls.js';
import { connectUrl } from './connect-url.js';
import type { IdentityOf } from './endpoints.js';
import type { Grants } from './grants.js';
import { isTokenDead, problemOf } from './oauth-refusal.js';
import { shortenAnswer } from './peer-answer.js';
import { readCall, requireNoRequestor, type PreparedCall } from './prepared-call.js';
import { authorizationOf } from './sign.js';
import type { Transport, TransportAnswer } from './transport.js';

interface Voice {
  tokenSecret: string;
  token: string;
  requestor?: string | undefined;
}

export function createOAuth1Calls(
  context: Context,
  transport: Transport,
  identityOf: IdentityOf,
  grants: Grants,
): Calls {
  const { config } = context;

  const send = async ({ link, connection }: Target, call: PreparedCall, voice: Voice) => {
    const url = voice.requestor === undefined ? call.url : withRequestor(call.url, voice.requestor);
    const parameters: Pair[] = [['oauth_token', voice.token]];
    const identity = await identityOf(link, connection, voice.tokenSecret);
    const toSign = { method: call.method, url, form: call.form, parameters };
    const authorization = authorizationOf(identity, toSign, Math.floor(config.clock() / 1000));
    const headers = { ...call.headers, authorization };
    const { method, body, maxBytes, timeoutMs, signal } = call;
    return transport.request({ method, url, headers, body, maxBytes, timeoutMs, signal });
  };

  const answerOf = async (
    target: Target,
    call: PreparedCall,
    voice: Voice,
    onDead: (problem: string) => Promise<TransportAnswer>,
  ): Promise<TransportAnswer> => {
    const answer = await send(target, call, voice);
    const refused = problemOf(answer);
    if (refused?.problem === undefined) return answer;
    if (isTokenDead(refused.problem)) return onDead(refused.problem);
    throw new PeerRefused({ status: answer.status, ...refused, excerpt: shortenAnswer(answer.body) });
  };

  const calleeOf = ({ link }: Target) => ({ name: link.name, base: link.rpcUrl });

  const asUser = async (
    target: Target,
    userId: string,
    call: PreparedCall,
    isSecondTry = false,
  ): Promise<TransportAnswer> => {
    const { link, connection } = target;
    const opened = await grants.open(link, connection, userId);
    const missing = new CredentialsRequired(link.id, connectUrl(context, link, connection), link.name);
    if (!opened) throw missing;
    return answerOf(target, call, opened, async (problem) => {
      // Renewed by another process while this call was on its way; the peer did nothing, so it is sent again.
      if (!(await grants.drop(opened, problem)) && !isSecondTry) return asUser(target, userId, call, true);
      throw missing;
    });
  };

  return {
    asUser: async (target, userId, path, init) =>
      asUser(target, userId, readCall(calleeOf(target), path, init)),
    asApplication: async (target, requestor, path, init) => {
      const voice = { token: '', tokenSecret: '', requestor };
      const call = readCall(calleeOf(target), path, init);
      requireNoRequestor(call, requestor);
      return answerOf(target, call, voice, (problem) =>
        Promise.reject(new PeerRefused({ status: 401, problem })),
      );
    },
  };
}

/** The name goes into the query and is signed with it (applinks-oauth1.md 5.3, variant 2LOi). */
function withRequestor(url: string, requestor: string): string {
  const separator = url.includes('?') ? '&' : '?';
  return `${url}${separator}xoauth_requestor_id=${encodeURIComponent(requestor)}`;
}
