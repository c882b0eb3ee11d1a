/** Temporary and token credentials of OAuth 1.0a. Part of the contract of every store; the rules of store.ts hold here too. */
import type { Page } from './outgoing.js';

export type Decision =
  | { outcome: 'allowed'; userId: string; verifierDigest: string; scopes: string[] }
  | { outcome: 'denied'; userId: string };

/** Temporary credentials (RFC 5849 section 2.1). */
export interface RequestToken {
  digest: string;
  sealedSecret: string;
  linkId: string;
  credentialId: string;
  /** null: `oob`. */
  callback: string | null;
  decision: Decision | null;
  wrongVerifiers: number;
  createdAtMs: number;
  expiresAtMs: number;
}

/**
 * Selects by all given fields. A store refuses a field that it does not know with an Error: ignored, it would select
 * everybody's tokens. A filter without any value is refused likewise by the verbs that delete.
 */
export interface TokenFilter {
  id?: string;
  userId?: string;
  credentialId?: string;
  linkId?: string;
}

/** A request token with this many wrong verifiers is never swapped. */
export const mostWrongVerifiers = 5;

export interface RequestTokenStore {
  /** False, and nothing stored, when the credential no longer exists. A digest that exists already is an Error. */
  create(token: RequestToken): Promise<boolean>;
  get(digest: string): Promise<RequestToken | undefined>;
  /** False when unknown or already decided. */
  decide(digest: string, decision: Decision): Promise<boolean>;
  /** Adds one wrong try and returns how many there are now; 0 when unknown. */
  countWrongVerifier(digest: string): Promise<number>;
  /**
   * Deletes the request token and stores the access token, both or neither. True for exactly one caller, and only
   * if the request token still exists, is allowed for `accessToken.userId`, belongs to its credential and has fewer
   * than `mostWrongVerifiers` wrong tries. An Error, and no change, when an access token of this id or digest exists.
   */
  exchange(digest: string, accessToken: AccessToken): Promise<boolean>;
  /** Deletes by credential, link or deciding user (`id` is not used here). Returns how many. */
  remove(filter: Omit<TokenFilter, 'id'>): Promise<number>;
}

/** Token credentials (RFC 5849 section 2.3) with their session (OAuth Session extension). */
export interface AccessToken {
  /** Opaque; names the token on pages and in events, and stays through renewals. */
  id: string;
  digest: string;
  sealedSecret: string;
  linkId: string;
  credentialId: string;
  userId: string;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  lastUsedAtMs: number | null;
  sessionHandleDigest: string;
  sessionExpiresAtMs: number;
}

export interface AccessTokenStore {
  get(digest: string): Promise<AccessToken | undefined>;
  /** Newest first; an empty filter lists all. */
  list(filter: TokenFilter, page: Page): Promise<AccessToken[]>;
  /**
   * Puts `next` in the place of the token with this digest, this session handle and the id of `next`; true for one
   * caller only. An Error, and no change, when another token has the digest of `next` already.
   */
  renew(digest: string, sessionHandleDigest: string, next: AccessToken): Promise<boolean>;
  /** Notes the use unless a later one is noted already. */
  touch(id: string, usedAtMs: number): Promise<void>;
  /** Deletes, and returns what was deleted. */
  revoke(filter: TokenFilter): Promise<AccessToken[]>;
}
