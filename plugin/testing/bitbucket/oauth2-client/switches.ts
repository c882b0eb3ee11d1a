/** What an administrator of the original sets by system property (oauth2.md 1.1, 1.5), and one leniency of ours. */

export interface OAuth2ClientSwitches {
  /**
   * Accepts `http:` endpoints, and an own base URL with `http:`, on loopback, where the original needs its two skip
   * properties. On, since tests live there; off, the stand-in is as strict as the original.
   */
  allowLoopbackHttp: boolean;
  /** Sends an empty User-Agent with token requests instead of the JVM's. */
  emptyUserAgent: boolean;
  /** The original waits 300 s for a connection and then for ever; here one deadline holds for both. */
  timeoutMs: number;
  /** Keeps a token that has no refresh token, which the original fails to do (1.6). */
  storesWithoutRefreshToken: boolean;
}

export const defaultSwitches = (): OAuth2ClientSwitches => ({
  allowLoopbackHttp: true,
  emptyUserAgent: false,
  timeoutMs: 300_000,
  storesWithoutRefreshToken: false,
});
