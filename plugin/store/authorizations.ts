/**
 * What the kit keeps as an OAuth 2.0 authorization server (RFC 6749): codes, what users authorised, and the tokens that
 * came of it. Part of the contract of every store; the rules of store.ts hold here too. What may be used once leaves a
 * mark until it expires, so that a replay is recognised (rule 4; oauth2.md part 6, rows 11, 23 and 24).
 */
import type { Page } from './outgoing.js';
import type { TokenFilter } from './tokens.js';

/** RFC 6749 section 1.3.1. */
export interface AuthorizationCode {
  digest: string;
  linkId: string;
  /** `id` of the OAuth2Client. */
  credentialId: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  /** Of PKCE, method S256 (RFC 7636 section 4.2); null: the request had none. */
  codeChallenge: string | null;
  createdAtMs: number;
  expiresAtMs: number;
  /** What came of its only use; null: not used. */
  authorizationId: string | null;
}

export interface CodeStore {
  /** False, and nothing stored, when the credential no longer exists. A digest that exists already is an Error. */
  create(code: AuthorizationCode): Promise<boolean>;
  get(digest: string): Promise<AuthorizationCode | undefined>;
  /**
   * Marks the code as used for `authorization` and stores that with its tokens, all or nothing. True for exactly one
   * caller, and only if the code exists, is unused and is of the client and user of `authorization`.
   */
  exchange(digest: string, authorization: Authorization, tokens: TokenPair): Promise<boolean>;
  /** Deletes unused ones by client, link or user (`id` is not used here); used ones keep their mark. Returns how many. */
  remove(filter: Omit<TokenFilter, 'id'>): Promise<number>;
}

/** What one consent gave a client, or what a client has of its own: its tokens belong to it and die with it. */
export interface Authorization {
  /** Opaque; names it on pages and in events, and stays through renewals. */
  id: string;
  linkId: string;
  /** `id` of the OAuth2Client. */
  credentialId: string;
  /** null: the client's own (RFC 6749 section 4.4). */
  userId: string | null;
  scopes: string[];
  createdAtMs: number;
  /** null: issued, but never used, as after a mere test of the connection (oauth2.md 1.8). */
  lastUsedAtMs: number | null;
  /** When nothing of it can be used or renewed any more. */
  expiresAtMs: number;
  /** Beyond this no renewal prolongs it; null: no such end. */
  endsAtMs: number | null;
}

/** An access token and the refresh token that was issued with it. */
export interface TokenPair {
  authorizationId: string;
  accessDigest: string;
  accessExpiresAtMs: number;
  /** Of the access token; may be fewer than those of the authorization. */
  scopes: string[];
  refreshDigest: string | null;
  refreshExpiresAtMs: number | null;
  createdAtMs: number;
  /** Set when the refresh token has been used. */
  rotation: Rotation | null;
}

export interface Rotation {
  atMs: number;
  /** The tokens that took its place, sealed, for a client that asks again until `successorUntilMs`; null afterwards. */
  sealedSuccessor: string | null;
  successorUntilMs: number;
}

export interface AuthorizationStore {
  /** False, and nothing stored, when the credential no longer exists. */
  create(authorization: Authorization, tokens: TokenPair): Promise<boolean>;
  /** Newest first; an empty filter lists all. */
  list(filter: TokenFilter, page: Page): Promise<Authorization[]>;
  findByAccessToken(digest: string): Promise<{ authorization: Authorization; tokens: TokenPair } | undefined>;
  /** Finds it by a refresh token that has been used, too. */
  findByRefreshToken(
    digest: string,
  ): Promise<{ authorization: Authorization; tokens: TokenPair } | undefined>;
  /**
   * Marks the refresh token as used and stores `next`, both or neither; true for exactly one caller, and only if it was
   * unused. The former access token ends at `rotation.successorUntilMs` at the latest; the authorization then ends at
   * `expiresAtMs`.
   */
  rotate(refreshDigest: string, rotation: Rotation, next: TokenPair, expiresAtMs: number): Promise<boolean>;
  /** One more pair beside those that there are; false when the authorization is gone. */
  addTokens(tokens: TokenPair, expiresAtMs: number): Promise<boolean>;
  /** Ends one access token only; false when there was none. */
  removeAccessToken(digest: string): Promise<boolean>;
  /** Notes the use unless a later one is noted already. */
  touch(id: string, usedAtMs: number): Promise<void>;
  /** Deletes with all tokens, and returns what was deleted. */
  revoke(filter: TokenFilter): Promise<Authorization[]>;
}
