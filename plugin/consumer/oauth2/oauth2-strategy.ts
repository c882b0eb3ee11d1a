/**
 * passport-oauth2 with its client and its state store replaced (design.md, Picks): ours have a deadline and a cap, follow no
 * redirect, and keep state and PKCE verifier in the store, bound to link, user and browser. A strategy is made for one
 * request; the callback has checked state, browser, link and `iss`, and claimed the transaction, before it runs.
 */
import type { Request } from 'express';
import { InternalOAuthError, Strategy } from 'passport-oauth2';
import { ApplinksError } from '../../errors.js';
import type { OAuth2Peer } from './peer.js';
import type { IssuedTokens } from './token-answer.js';
import type { CodeExchange } from './token-requests.js';

export interface OAuth2Leg {
  peer: OAuth2Peer;
  redirectUri: string;
  scopes: readonly string[];
  /** What this peer wants in an authorization request besides the usual. */
  parameters: Readonly<Record<string, string>>;
  usesPkce: boolean;
  /** Keeps the verifier until the callback. @returns the state under which it is kept */
  keep(verifier: string | null): Promise<string>;
  /** Verifier of the claimed transaction; undefined at the start. */
  claimedVerifier?: string | null;
  exchange(exchange: CodeExchange): Promise<IssuedTokens>;
}

export type OAuth2Outcome = { redirectTo: string } | { issued: IssuedTokens };

type Stored = (error: unknown, state?: string) => void;
type Success = (error: null, user: object) => void;
type Verified = (error: unknown, ok: string | boolean) => void;
type Answered = (error: unknown, accessToken?: string, refreshToken?: string | null, params?: object) => void;

/** @param query what the strategy may see of the callback: `code` and `state`, or nothing at the start. */
export async function runOAuth2(
  req: Request,
  query: Readonly<Record<string, string>>,
  leg: OAuth2Leg,
): Promise<OAuth2Outcome> {
  return new Promise((resolve, reject) => {
    const strategy = new LegStrategy(leg, (issued) => resolve({ issued }));
    Object.assign(strategy, {
      success: () => undefined,
      redirect: (redirectTo: string) => resolve({ redirectTo }),
      error: (error: unknown) => reject(unwrap(error)),
      fail: () =>
        reject(new ApplinksError('invalid_input', 400, 'The peer sent the browser back without a code.')),
    });
    strategy.authenticate(seenAs(req, query));
  });
}

class LegStrategy extends Strategy {
  private readonly parameters: Readonly<Record<string, string>>;

  constructor(leg: OAuth2Leg, finished: (issued: IssuedTokens) => void) {
    let issued: IssuedTokens | undefined;
    const { peer, redirectUri, usesPkce } = leg;
    super(
      {
        authorizationURL: peer.authorizeUrl,
        tokenURL: peer.tokenUrl,
        clientID: peer.clientId,
        // The client that would send it is replaced below.
        clientSecret: 'replaced',
        callbackURL: redirectUri,
        scope: [...leg.scopes],
        state: true,
        pkce: usesPkce,
        skipUserProfile: true,
      },
      (_accessToken: string, _refreshToken: string, _profile: unknown, verified: Success) => {
        if (issued) finished(issued);
        verified(null, {});
      },
    );
    this.parameters = leg.parameters;
    Object.assign(this, {
      _stateStore: {
        // By the number of parameters passport-oauth2 decides what it hands over.
        store: (_req: Request, verifier: string | undefined, _s: unknown, _meta: object, stored: Stored) => {
          leg.keep(verifier ?? null).then((state) => stored(null, state), stored);
        },
        verify: (_req: Request, _state: string, _meta: object, verified: Verified) =>
          verified(null, leg.claimedVerifier ?? true),
      },
      _oauth2: {
        _authorizeUrl: peer.authorizeUrl,
        _accessTokenUrl: peer.tokenUrl,
        _clientId: peer.clientId,
        getOAuthAccessToken: (code: string, _params: object, answered: Answered) => {
          leg.exchange({ code, redirectUri, verifier: leg.claimedVerifier ?? null }).then((tokens) => {
            issued = tokens;
            answered(null, tokens.accessToken, tokens.refreshToken, {});
          }, answered);
        },
      },
    });
  }

  override authorizationParams(): object {
    return { ...this.parameters };
  }
}

/** passport-oauth2 looks into query and body for codes and errors; what we have checked is all that it sees. */
function seenAs(req: Request, query: Readonly<Record<string, string>>): Request {
  return Object.create(req, { query: { value: query }, body: { value: undefined } }) as Request;
}

function unwrap(error: unknown): Error {
  if (error instanceof InternalOAuthError && error.oauthError instanceof Error) return error.oauthError;
  return error instanceof Error ? error : new Error('passport-oauth2 failed', { cause: error });
}
