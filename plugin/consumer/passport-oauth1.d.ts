/** passport-oauth1 1.3 brings no types; what is used of it. */
declare module 'passport-oauth1' {
  import type { Request } from 'express';
  import { Strategy as PassportStrategy } from 'passport-strategy';

  type Done = (error?: unknown) => void;

  export interface RequestTokenStore {
    get(req: Request, token: string, loaded: (error: unknown, tokenSecret?: string) => void): void;
    set(req: Request, token: string, tokenSecret: string, stored: Done): void;
    destroy(req: Request, token: string, destroyed: Done): void;
  }

  export interface StrategyOptions {
    requestTokenURL: string;
    accessTokenURL: string;
    userAuthorizationURL: string;
    consumerKey: string;
    consumerSecret: string;
    callbackURL: string;
    requestTokenStore: RequestTokenStore;
    skipUserProfile: true;
  }

  export type Verify = (
    token: string,
    tokenSecret: string,
    params: Record<string, string>,
    profile: unknown,
    verified: (error: unknown, user?: object) => void,
  ) => void;

  /** An error that wraps what the replaced `_oauth` answered. */
  export class InternalOAuthError extends Error {
    oauthError?: unknown;
  }

  export class Strategy extends PassportStrategy {
    constructor(options: StrategyOptions, verify: Verify);
    /** node-oauth's client; replaced by ours (design.md, Picks). */
    protected _oauth: object;
    authenticate(req: Request, options?: object): void;
  }
}
