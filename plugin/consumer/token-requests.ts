/**
 * The three requests of our side of the dance (RFC 5849 section 2.1 and 2.3; applinks-oauth1.md 6.2, 6.5): request
 * token, access token, renewal by session handle. A peer that answers a page of HTML, an empty 200 (as Atlassian does to
 * a GET) or half of what was asked is told by name, never taken for a token.
 */
import { PeerRefused } from '../errors.js';
import { parseForm, type Pair } from '../oauth1/encoding.js';
import { problemOf } from './oauth-refusal.js';
import { shortenAnswer } from './peer-answer.js';
import { authorizationOf, type SigningIdentity } from './sign.js';
import type { Transport } from './transport.js';

export interface IssuedToken {
  token: string;
  tokenSecret: string;
  /** `oauth_callback_confirmed=true`: the peer speaks 1.0a. */
  isCallbackConfirmed: boolean;
  /** Seconds; undefined: the peer named no end. */
  expiresInSeconds: number | undefined;
  sessionHandle: string | undefined;
  sessionExpiresInSeconds: number | undefined;
}

export type TokenRequests = ReturnType<typeof createTokenRequests>;

const longestAnswerBytes = 64 * 1024;
const longestToken = 4096;

/** @throws PeerUnreachable, PeerRefused */
export function createTokenRequests(transport: Transport, clock: () => number) {
  const post = async (
    url: string,
    identity: SigningIdentity,
    parameters: readonly Pair[],
  ): Promise<IssuedToken> => {
    const nowSeconds = Math.floor(clock() / 1000);
    const answer = await transport.request({
      method: 'POST',
      url,
      headers: {
        authorization: authorizationOf(identity, { method: 'POST', url, parameters }, nowSeconds),
        accept: 'text/plain, application/x-www-form-urlencoded',
      },
      maxBytes: longestAnswerBytes,
    });
    const refused = problemOf(answer);
    const isRefusal = answer.status < 200 || answer.status >= 300 || refused !== undefined;
    const token = isRefusal ? undefined : readToken(answer.body);
    if (token) return token;
    throw new PeerRefused({
      status: answer.status,
      problem: refused?.problem,
      advice: refused?.advice,
      acceptableTimestamps: refused?.acceptableTimestamps,
      excerpt: shortenAnswer(answer.body),
    });
  };
  return {
    /** RFC 5849 2.1: who does not confirm the callback speaks OAuth 1.0, where nothing ties the end to the beginning. */
    requestToken: async (url: string, identity: SigningIdentity, callback: string): Promise<IssuedToken> => {
      const issued = await post(url, identity, [['oauth_callback', callback]]);
      if (issued.isCallbackConfirmed) return issued;
      throw new PeerRefused({ status: 200, advice: 'it speaks OAuth 1.0, and 1.0a is needed' });
    },
    accessToken: (url: string, identity: SigningIdentity, token: string, verifier: string) =>
      post(url, identity, [
        ['oauth_token', token],
        ['oauth_verifier', verifier],
      ]),
    /** OAuth Session extension; the identity signs with the old token's secret. */
    renew: (url: string, identity: SigningIdentity, token: string, sessionHandle: string) =>
      post(url, identity, [
        ['oauth_token', token],
        ['oauth_session_handle', sessionHandle],
      ]),
  };
}

function readToken(body: Uint8Array): IssuedToken | undefined {
  const fields = new Map(readForm(body));
  const token = fields.get('oauth_token') ?? '';
  const tokenSecret = fields.get('oauth_token_secret') ?? '';
  if (token === '' || tokenSecret === '' || token.length > longestToken || tokenSecret.length > longestToken)
    return undefined;
  return {
    token,
    tokenSecret,
    isCallbackConfirmed: fields.get('oauth_callback_confirmed') === 'true',
    expiresInSeconds: seconds(fields.get('oauth_expires_in')),
    sessionHandle: nonEmpty(fields.get('oauth_session_handle')),
    sessionExpiresInSeconds: seconds(fields.get('oauth_authorization_expires_in')),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text.length > longestToken ? undefined : text;
}

function readForm(body: Uint8Array): Pair[] {
  try {
    return parseForm(new TextDecoder('utf-8', { fatal: true }).decode(body).trim());
  } catch {
    return [];
  }
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
