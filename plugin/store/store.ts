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

import type { AuthorizationStore, CodeStore } from './authorizations.js';
import type { DeliveryStore } from './deliveries.js';
import type { OAuth2Client } from './oauth2-client.js';
import type { OutboxStore } from './outbox.js';
import type { GrantStore, NoteStore, TransactionStore } from './outgoing.js';
import type { AccessTokenStore, RequestTokenStore } from './tokens.js';
import type { NonceStore, SettingsStore } from './values.js';
import type { WebhookStore } from './webhooks.js';

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
  readonly codes: CodeStore;
  readonly authorizations: AuthorizationStore;
  readonly nonces: NonceStore;
  readonly transactions: TransactionStore;
  readonly grants: GrantStore;
  readonly notes: NoteStore;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryStore;
  readonly outbox: OutboxStore;
}

export interface SweepResult {
  requestTokens: number;
  accessTokens: number;
  nonces: number;
  transactions: number;
  codes: number;
  authorizations: number;
  deliveries: number;
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

/** Levels of the outgoing direction: how we may call the peer (applinks-oauth1.md 3.3). */
export interface OutgoingLevels {
  threeLegged: boolean;
  twoLegged: boolean;
  impersonation: boolean;
}

/** An application link: one remote installation, what it may do here and how we reach it. */
export interface Link {
  id: string;
  /**
   * Server id of the peer's installation, a lower-case UUID from its manifest, unique over links; null when it is not
   * known, as for a link that was typed in by hand (applinks-oauth1.md 1.4).
   */
  applicationId: string | null;
  /** The id under which the peer stores us, as its own answer told it; null: not known. */
  remoteLinkId: string | null;
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
  /** Consumers of OAuth 1.0a. */
  incoming: Credential[];
  /** Clients of OAuth 2.0. Ids and keys are unique over both lists of all links. */
  clients: OAuth2Client[];
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
  /** `consumer-info`: fetched from the peer while linking; `manual`: entered by an administrator. */
  source: 'manual' | 'consumer-info';
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
  /** Another key that the peer now shows, until an administrator accepts it; null: none. */
  offeredPublicKey: string | null;
}

export type Credential = HmacCredential | RsaCredential;

/** How we call the peer. */
export interface Connection {
  id: string;
  /**
   * `oauth1-atlassian`: signed by our RSA key, addresses follow from the link's URLs (applinks-oauth1.md 5.1, 6.1);
   * `oauth1-manual`: consumer key, method and addresses are in `settings`, the shared secret in `sealedSecret`.
   */
  kind: 'oauth1-atlassian' | 'oauth1-manual' | 'oauth2';
  preferred: boolean;
  levels: OutgoingLevels;
  /** Which of our signing keys the peer holds; null: none, or not known. */
  signingKeyId: string | null;
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
  findByClientId(clientId: string): Promise<{ link: Link; client: OAuth2Client } | undefined>;
  /**
   * Nothing is stored when this throws. An id of a link or credential that exists already is an Error, too: no link
   * is overwritten, and none takes over a credential of another one.
   * @throws ApplinksError `consumer_key_taken` when a consumer key or client id exists on any link, `link_exists` when another
   * link has its applicationId
   */
  create(link: Link): Promise<void>;
  /**
   * Replaces the link with its credentials and connections if its stored revision is still `link.revision`, and
   * adds one to it; false (and no change) otherwise. Tokens, codes and authorizations of credentials and clients that
   * are gone die in the same step. Grants and transactions of connections that are gone die with them. Its credentials may exchange their keys.
   * @throws ApplinksError `consumer_key_taken`, `link_exists`
   */
  update(link: Link): Promise<boolean>;
  /** Removes the link and everything that came of it; false when there was none. */
  remove(id: string): Promise<boolean>;
}
