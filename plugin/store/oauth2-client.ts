/** A client of OAuth 2.0 as a link keeps it: what the peer's outgoing link is here (RFC 6749 section 2; oauth2.md part 6). */

export interface RedirectUri {
  uri: string;
  /** Entered only because some address had to be: nobody is ever sent there (oauth2.md 5.2). */
  isPlaceholder: boolean;
}

export interface ClientSecret {
  /** SHA-256. */
  digest: string;
  /** A secret that was replaced is valid until then; null: the present one. */
  expiresAtMs: number | null;
}

export interface OAuth2Client {
  id: string;
  /** At most 64 characters of `[A-Za-z0-9_-]` (oauth2.md 1.1). */
  clientId: string;
  /**
   * `atlassian`: a confidential client with the leniencies that Atlassian's needs (oauth2.md part 6, column L);
   * `public`: has no secret.
   */
  type: 'atlassian' | 'confidential' | 'public';
  /** Newest first; empty for a public client. */
  secrets: ClientSecret[];
  redirectUris: RedirectUri[];
  /** Ceiling, and what a request without scope asks for. At least one. */
  scopes: string[];
  /** May have tokens of its own, without a user (RFC 6749 section 4.4). */
  allowClientCredentials: boolean;
  accessTokenLifetimeMs: number;
  /** Counted from its own creation, so that each renewal prolongs the authorization. */
  refreshTokenLifetimeMs: number;
  /** However often it is renewed, the authorization ends then; null: never. */
  authorizationLifetimeMs: number | null;
  createdAtMs: number;
}
