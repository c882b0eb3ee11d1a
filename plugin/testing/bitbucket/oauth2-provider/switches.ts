/**
 * What a test may change about the stand-in as an OAuth 2.0 provider: the system properties of oauth2.md 2.9 under
 * their own names, and how the real one may differ between versions, languages and moments (8.1, D4 to D12).
 */
import type { Locale } from './messages.js';

export type MetadataMode = 'served' | 'absent' | 'other-issuer' | 'other-origin' | 'huge' | 'redirect';

export interface OAuth2ProviderSwitches {
  /** Off: tokens are ignored at resources. On. */
  enableAccessTokens: boolean;
  /**
   * Serves OAuth 2.0 although the base URL is http. On, unlike the original's, since tests live on loopback; off, every
   * address answers 400.
   */
  skipBaseUrlHttpsRequirement: boolean;
  /** Takes http redirect URLs for hosts other than `localhost` too. On, unlike the original's, for the same reason. */
  skipRedirectUrlHttpsRequirement: boolean;
  /** Refuses `localhost` in redirect URLs. Off. */
  disallowLocalhostRedirect: boolean;
  /** Life of a code, enforced as if the removal job ran at every moment: 60 in the code, 10 on the public page. */
  maxClientDelaySeconds: number;
  /** Of tokens issued from now on, and `expires_in`. 3600. */
  accessTokenExpirationSeconds: number;
  /** Of tokens issued from now on. 90 days. */
  refreshTokenExpirationSeconds: number;
  /** On. */
  validateClientSecret: boolean;
  /** Takes an access token as the password of HTTP Basic. On. */
  tokenViaBasicAuthentication: boolean;
  /** Adds `created_at` to token answers, as some published examples show. Off. */
  emitsCreatedAt: boolean;
  /** Somebody else holds the lock of every exchange: 500. Off. */
  isLocked: boolean;
  /** Between the checks of a refresh and the rotation, so that two at the same instant both pass. 0. */
  refreshPauseMs: number;
  /** Language of `error_description`; `fr` has letters outside of ASCII. `en`. */
  locale: Locale;
  metadata: MetadataMode;
  /** Of `error` when the user refuses; undefined: the browser ends on the start page and the client hears nothing. */
  denialError: string | undefined;
}

export const defaultProviderSwitches = (): OAuth2ProviderSwitches => ({
  enableAccessTokens: true,
  skipBaseUrlHttpsRequirement: true,
  skipRedirectUrlHttpsRequirement: true,
  disallowLocalhostRedirect: false,
  maxClientDelaySeconds: 60,
  accessTokenExpirationSeconds: 3600,
  refreshTokenExpirationSeconds: 90 * 24 * 60 * 60,
  validateClientSecret: true,
  tokenViaBasicAuthentication: true,
  emitsCreatedAt: false,
  isLocked: false,
  refreshPauseMs: 0,
  locale: 'en',
  metadata: 'served',
  denialError: 'access_denied',
});
