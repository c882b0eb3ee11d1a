/** What a test can change of the cloud at any time (oauth2.md 4.1, C1, C2). */

export interface CloudSwitches {
  /** Names of the sites that every user may use. None: nobody can consent any more, and the list is empty. */
  sites: readonly string[];
  /** A grant holds for the site that the user chose when consenting, not for the whole account. */
  grantsOneSite: boolean;
  /** Length of an access token, at least; the originals have 1 to 3 kB. */
  accessTokenBytes: number;
  /** `expires_in` of the access tokens to come. */
  accessTokenSeconds: number;
  /** Sent as `token_type`; the original's documents show none. */
  tokenType: string | undefined;
  /** Every call below `/ex/jira` is refused with this status. */
  refuses: 401 | 403 | 429 | undefined;
  /** Sent with 429. */
  retryAfterSeconds: number;
}

export const defaultSwitches = (sites: readonly string[]): CloudSwitches => ({
  sites,
  grantsOneSite: false,
  accessTokenBytes: 2_000,
  accessTokenSeconds: 3_600,
  tokenType: undefined,
  refuses: undefined,
  retryAfterSeconds: 7,
});
