/** An HTTP access token: made by a user for scripts, with no more rights than it names and than the user has. */
export interface AccessToken {
  id: string;
  name: string;
  user: string;
  /** Scopes of oauth2.md part 3, such as `REPO_READ` or `PROJECT_ADMIN`; what they include is meant, too. */
  permissions: readonly string[];
  /** Milliseconds since 1970; undefined: never. */
  expiresAtMs: number | undefined;
  token: string;
  /** How often it has named a caller. */
  uses: number;
}
