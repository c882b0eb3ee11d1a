/**
 * Our requests to a peer's token and revocation endpoints (RFC 6749 sections 4.1.3, 4.4, 6; RFC 7009; oauth2.md 2.5, 4.1).
 * The credentials go into the body, never into a URL and never to Data Center as Basic, which it would try as a login.
 * No redirect is followed, since it would carry code and secret to a place of somebody else's choice.
 */
import type { Transport, TransportAnswer } from '../transport.js';
import type { OAuth2Peer } from './peer.js';
import { readTokenAnswer, type IssuedTokens } from './token-answer.js';

export interface CodeExchange {
  code: string;
  redirectUri: string;
  /** null where the peer has no PKCE. */
  verifier: string | null;
}

export interface OAuth2TokenRequests {
  /** Once, whatever comes: a second redemption kills what came of the first (2.4). */
  exchange(peer: OAuth2Peer, exchange: CodeExchange): Promise<IssuedTokens>;
  refresh(peer: OAuth2Peer, refreshToken: string): Promise<IssuedTokens>;
  clientCredentials(peer: OAuth2Peer, scopes: readonly string[]): Promise<IssuedTokens>;
  /** Without a hint: with a wrong one Data Center says 200 and revokes nothing (2.6). */
  revoke(peer: OAuth2Peer, token: string): Promise<void>;
}

const maxBytes = 64 * 1024;
const exchangeTimeoutMs = 20_000;
/** Two of them and the pause between must fit into the lease of a renewal. */
const refreshTimeoutMs = 12_000;
const revokeTimeoutMs = 5000;

/** @throws TokenRefused, PeerUnreachable */
export function createOAuth2TokenRequests(transport: Transport): OAuth2TokenRequests {
  const post = async (
    peer: OAuth2Peer,
    url: string,
    parameters: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<TransportAnswer> => {
    const { clientId, clientSecret, authentication } = peer;
    const inBody = authentication === 'client_secret_basic' ? {} : clientFields(clientId, clientSecret);
    const fields = { ...parameters, ...inBody };
    const isJson = authentication === 'json';
    return transport.request({
      method: 'POST',
      url,
      headers: {
        accept: 'application/json',
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(authentication === 'client_secret_basic' ? { authorization: basic(clientId, clientSecret) } : {}),
      },
      body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
      maxBytes,
      timeoutMs,
    });
  };
  const tokens = async (
    peer: OAuth2Peer,
    parameters: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<IssuedTokens> => readTokenAnswer(await post(peer, peer.tokenUrl, parameters, timeoutMs), peer);
  return {
    exchange: (peer, { code, redirectUri, verifier }) =>
      tokens(
        peer,
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          ...(verifier === null ? {} : { code_verifier: verifier }),
        },
        exchangeTimeoutMs,
      ),
    refresh: (peer, refreshToken) =>
      tokens(peer, { grant_type: 'refresh_token', refresh_token: refreshToken }, refreshTimeoutMs),
    clientCredentials: (peer, scopes) =>
      tokens(peer, { grant_type: 'client_credentials', scope: scopes.join(' ') }, exchangeTimeoutMs),
    revoke: async (peer, token) => {
      if (peer.revokeUrl !== null) await post(peer, peer.revokeUrl, { token }, revokeTimeoutMs);
    },
  };
}

const clientFields = (clientId: string, clientSecret: string): Record<string, string> => ({
  client_id: clientId,
  client_secret: clientSecret,
});

/** RFC 6749 section 2.3.1: both are form-encoded first. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
