/**
 * What the kit keeps for calls to peers: authorisations under way, what peers granted, and what was seen of a link. Part of
 * the contract of every store; the rules of store.ts hold here too.
 */
export interface Page {
  limit: number;
  offset: number;
}

/** One authorisation of ours under way at a peer, from the redirect to the callback. */
export interface Transaction {
  /** Of the request token (OAuth 1.0a) or the state (OAuth 2.0). */
  digest: string;
  linkId: string;
  connectionId: string;
  userId: string;
  /** Of the cookie that ties it to the browser that began it. */
  browserDigest: string;
  /** Token secret, way back and the like; sealed. */
  sealedDocument: string;
  createdAtMs: number;
  expiresAtMs: number;
}

export interface TransactionStore {
  /** False, and nothing stored, when the connection no longer exists. A digest that exists already is an Error. */
  create(transaction: Transaction): Promise<boolean>;
  /**
   * Deletes it and returns it, to one caller only, and only if link, user and browser are the same: somebody else's
   * visit neither gets nor spoils it.
   */
  claim(
    digest: string,
    of: Pick<Transaction, 'linkId' | 'userId' | 'browserDigest'>,
  ): Promise<Transaction | undefined>;
}

/** What a peer has granted us: the token that we call it with. One per connection and user. */
export interface Grant {
  /** Opaque; stays through renewals, and goes when the user connects anew. */
  id: string;
  linkId: string;
  connectionId: string;
  /** null: granted to the application itself. */
  userId: string | null;
  /** Token, its secret, session handle or refresh token; sealed. */
  sealedDocument: string;
  /** null: the peer named no end. */
  expiresAtMs: number | null;
  /** Until when it can be renewed; null: not at all, or no end named. */
  sessionExpiresAtMs: number | null;
  createdAtMs: number;
  lastUsedAtMs: number | null;
  /** Who renews it now may do so alone until then; null: nobody. */
  renewalUntilMs: number | null;
  /** Grows by one with each update. */
  revision: number;
}

/** As TokenFilter: fields that are given must all hold, an unknown field or an empty filter is refused. */
export interface GrantFilter {
  id?: string;
  userId?: string;
  connectionId?: string;
  linkId?: string;
}

export interface GrantStore {
  get(connectionId: string, userId: string | null): Promise<Grant | undefined>;
  /** Newest first; an empty filter lists all. */
  list(filter: GrantFilter, page: Page): Promise<Grant[]>;
  /** Stores it in place of the one of the same connection and user; false when the connection no longer exists. */
  put(grant: Grant): Promise<boolean>;
  /** Gives the renewal to one caller until `untilMs`: true if the revision is unchanged and nobody has it at `nowMs`. */
  claimRenewal(id: string, revision: number, nowMs: number, untilMs: number): Promise<boolean>;
  /** Replaces it if its stored revision is still `grant.revision`, adds one to it, and ends the claim; else false. */
  update(grant: Grant): Promise<boolean>;
  /** Deletes it if its revision is unchanged: a token renewed meanwhile by another process stays. */
  removeUnchanged(id: string, revision: number): Promise<boolean>;
  touch(id: string, usedAtMs: number): Promise<void>;
  /** Deletes, and returns what was deleted. */
  remove(filter: GrantFilter): Promise<Grant[]>;
}

/** The latest observation of its kind about a link, for the administrator's pages; never a secret. */
export interface Note {
  linkId: string;
  /** Such as `incoming_rejected`, `outgoing_failed`, `outgoing_used`, `status`. 1 to 64 characters. */
  kind: string;
  /** JSON, at most 16 KiB. */
  document: string;
  atMs: number;
}

export interface NoteStore {
  /** Replaces an older one of the same link and kind, never a newer one; nothing when the link is gone. */
  put(note: Note): Promise<void>;
  /** By kind. Notes die with their link. */
  list(linkId: string): Promise<Note[]>;
}
