/**
 * passport-oauth1 with its client replaced (design.md, Picks): ours signs correctly, has a deadline, follows no
 * redirect, and keeps one request token per transaction instead of one per session. A strategy is made for one request
 * and one user; connect.ts has checked the transaction, the browser and `denied` before it runs.
 */
import type { Request } from 'express';
import { InternalOAuthError, Strategy } from 'passport-oauth1';
import { ApplinksError } from '../errors.js';
import type { PeerEndpoints } from './endpoints.js';
import type { IssuedToken } from './token-requests.js';

export interface Dance {
  endpoints: PeerEndpoints;
  consumerKey: string;
  callbackUrl: string;
  requestToken(callback: string): Promise<IssuedToken>;
  accessToken(token: string, tokenSecret: string, verifier: string): Promise<IssuedToken>;
  /** Keeps the request token until the callback. */
  store(issued: IssuedToken): Promise<void>;
  /** Secret of the claimed request token; undefined at the start of the dance. */
  claimedSecret?: string;
}

export type Outcome = { redirectTo: string } | { issued: IssuedToken };

type Callback = (
  error: unknown,
  token?: string,
  tokenSecret?: string,
  params?: Record<string, string>,
) => void;

/** Runs one leg of the dance. @throws what the dance's functions throw */
export async function runOAuth1(req: Request, dance: Dance): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const strategy = new DanceStrategy(dance, (issued) => resolve({ issued }));
    strategy.success = () => undefined;
    strategy.redirect = (redirectTo) => resolve({ redirectTo });
    strategy.error = (error) => {
      reject(unwrap(error));
    };
    strategy.fail = () =>
      reject(
        new ApplinksError('invalid_input', 400, 'The peer sent the browser back without a valid token.'),
      );
    strategy.authenticate(req, {});
  });
}

class DanceStrategy extends Strategy {
  constructor(dance: Dance, finished: (issued: IssuedToken) => void) {
    let issued: IssuedToken | undefined;
    super(
      {
        requestTokenURL: dance.endpoints.requestToken,
        accessTokenURL: dance.endpoints.accessToken,
        userAuthorizationURL: dance.endpoints.authorize,
        consumerKey: dance.consumerKey,
        // The client that would sign with it is replaced below.
        consumerSecret: 'replaced',
        callbackURL: dance.callbackUrl,
        skipUserProfile: true,
        requestTokenStore: {
          get: (_req, _token, loaded) => loaded(null, dance.claimedSecret),
          set: (_req, _token, _tokenSecret, stored) => {
            if (issued) dance.store(issued).then(() => stored(), stored);
          },
          // It was claimed, so it is gone already.
          destroy: (_req, _token, destroyed) => destroyed(),
        },
      },
      (_token, _tokenSecret, _params, _profile, verified) => {
        if (issued) finished(issued);
        verified(null, {});
      },
    );
    const answer = (request: Promise<IssuedToken>, callback: Callback): void => {
      request.then((token) => {
        issued = token;
        callback(null, token.token, token.tokenSecret, { oauth_callback_confirmed: 'true' });
      }, callback);
    };
    this._oauth = {
      getOAuthRequestToken: ({ oauth_callback }: { oauth_callback: string }, callback: Callback) =>
        answer(dance.requestToken(oauth_callback), callback),
      getOAuthAccessToken: (token: string, secret: string, verifier: string, callback: Callback) =>
        answer(dance.accessToken(token, secret, verifier), callback),
    };
  }
}

function unwrap(error: Error): Error {
  const inner = error instanceof InternalOAuthError ? error.oauthError : undefined;
  return inner instanceof Error ? inner : error;
}
