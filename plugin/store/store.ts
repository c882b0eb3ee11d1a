/**
 * What the kit keeps, and the contract that every store holds, a user's own included: `storeContract()` of
 * express-applinks/testing is its executable form.
 *
 * Rules for every store:
 * - Each verb is atomic, across processes too. What may be used once is given to one caller only (rule 4).
 * - A store receives digests and sealed values only, never a plaintext secret (rule 5), and compares them as they are.
 * - Times are milliseconds since the epoch and are given by the caller; a store has no clock.
 * - Returned objects are the caller's own copies. Unknown ids are not errors: they give undefined, false or 0.
 */

export interface Store {
  /** Creates or upgrades the schema; safe when several processes start at once.
   * @throws ApplinksError `database_too_new` when the database was written by newer code. */
  migrate(): Promise<void>;
  close(): Promise<void>;
  /** Removes what can never be used again at `nowMs`, and nothing else. */
  sweep(nowMs: number): Promise<SweepResult>;
  readonly settings: SettingsStore;
  readonly links: LinkStore;
  readonly requestTokens: RequestTokenStore;
  readonly accessTokens: AccessTokenStore;
  readonly nonces: NonceStore;
}

export interface SweepResult {
  requestTokens: number;
  accessTokens: number;
  nonces: number;
}

/** Values made once per installation, such as the server id and sealed keys. */
export interface SettingsStore {
  get(name: string): Promise<string | undefined>;
  /** Stores the value unless there is one, and returns the one that counts, so that two processes agree. */
  putIfAbsent(name: string, value: string): Promise<string>;
}

export type LinkState = 'draft' | 'active';

/** Levels of the incoming direction (applinks-oauth1.md 3.3). */
export interface IncomingLevels {
  threeLegged: boolean;
  twoLegged: boolean;
  /** The user that two-legged requests run as; null: anonymous. */
  executingUserId: string | null;
  impersonation: boolean;
}

/** An application link: one remote installation, what it may do here and how we reach it. */
export interface Link {
  id: string;
  name: string;
  /** Application type as on the wire: `generic`, `stash`, `jira`, `confluence`, … */
  type: string;
  /** Product version of the peer, when known. */
  version: string | null;
  rpcUrl: string | null;
  displayUrl: string | null;
  primary: boolean;
  state: LinkState;
  levels: IncomingLevels;
  serviceUserId: string | null;
  incoming: Credential[];
  outgoing: Connection[];
  createdAtMs: number;
  updatedAtMs: number;
  /** Grows by one with each update; see LinkStore.update. */
  revision: number;
}

interface CredentialBase {
  id: string;
  /** Consumer key, unique over all links. 1 to 255 printable characters. */
  key: string;
  /** Registered callback; null: none. */
  callbackUrl: string | null;
  /** Let request tokens without oauth_callback fall back to `callbackUrl`. */
  allowInsecureMissingCallback: boolean;
  /** Ceiling of scopes; null: all. */
  scopes: string[] | null;
  requestTokenLifetimeMs: number;
  accessTokenLifetimeMs: number;
  /** An access token unused for longer is refused; null: no idle time-out. */
  idleTimeoutMs: number | null;
  createdAtMs: number;
}

export interface HmacCredential extends CredentialBase {
  kind: 'oauth1-hmac';
  signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256';
  sealedSecret: string;
}

export interface RsaCredential extends CredentialBase {
  kind: 'oauth1-rsa';
  signatureMethod: 'RSA-SHA1';
  /** SubjectPublicKeyInfo (DER) in Base64, without PEM lines. */
  publicKey: string;
}

export type Credential = HmacCredential | RsaCredential;

/** How we call the peer. */
export interface Connection {
  id: string;
  kind: 'oauth1-atlassian' | 'oauth1-manual' | 'oauth2';
  preferred: boolean;
  /** Values that are no secret, by wire name, such as `serviceProvider.requestTokenUrl`. */
  settings: Record<string, string>;
  sealedSecret: string | null;
  createdAtMs: number;
}

export interface LinkStore {
  /** Oldest first. */
  list(): Promise<Link[]>;
  get(id: string): Promise<Link | undefined>;
  findByConsumerKey(key: string): Promise<{ link: Link; credential: Credential } | undefined>;
  /**
   * Nothing is stored when this throws. An id of a link or credential that exists already is an Error, too: no link
   * is overwritten, and none takes over a credential of another one.
   * @throws ApplinksError `consumer_key_taken` when a credential's key exists on any link
   */
  create(link: Link): Promise<void>;
  /**
   * Replaces the link with its credentials and connections if its stored revision is still `link.revision`, and
   * adds one to it; false (and no change) otherwise. Tokens of credentials that are gone die in the same step.
   * Its credentials may exchange their keys.
   * @throws ApplinksError `consumer_key_taken`
   */
  update(link: Link): Promise<boolean>;
  /** Removes the link and everything that came of it; false when there was none. */
  remove(id: string): Promise<boolean>;
}

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

export interface Page {
  limit: number;
  offset: number;
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

export interface NonceStore {
  /** True exactly once per key until `expiresAtMs` has been swept, whatever the number of processes. */
  use(key: string, expiresAtMs: number): Promise<boolean>;
}
