/** Which three OAuth URLs of the other side a link uses, and who signs there (applinks-oauth1.md 5.1). */
import type { SigningIdentity } from '../sign-request.js';
import type { HostIdentity } from './host-identity.js';
import type { Link } from './state.js';

export const threeLeggedProvider = 'com.atlassian.applinks.api.auth.types.OAuthAuthenticationProvider';

export interface OAuthUrls {
  requestToken: string;
  authorize: string;
  accessToken: string;
}

const isManual = (configuration: Readonly<Record<string, string>>): boolean =>
  Object.keys(configuration).length > 0;

/** A leading slash means the root of the host, context path NOT included; anything else is used as it is. */
export function resolveManualUrl(value: string, baseUrl: string): string {
  return value.startsWith('/') ? new URL(baseUrl).origin + value : value;
}

/** Undefined when the link has no outgoing three-legged configuration. */
export function oauthUrlsOf(link: Link): OAuthUrls | undefined {
  const configuration = link.providers.get(threeLeggedProvider);
  if (!configuration) return undefined;
  if (!isManual(configuration)) {
    return {
      requestToken: `${link.rpcUrl}/plugins/servlet/oauth/request-token`,
      authorize: `${link.displayUrl}/plugins/servlet/oauth/authorize`,
      accessToken: `${link.rpcUrl}/plugins/servlet/oauth/access-token`,
    };
  }
  return {
    requestToken: resolveManualUrl(configuration['serviceProvider.requestTokenUrl'] ?? '', link.rpcUrl),
    authorize: resolveManualUrl(configuration['serviceProvider.authorizeUrl'] ?? '', link.displayUrl),
    accessToken: resolveManualUrl(configuration['serviceProvider.accessTokenUrl'] ?? '', link.rpcUrl),
  };
}

/** For the dance and for user calls: the shared secret of a manual link, the host key otherwise. */
export function threeLeggedIdentity(link: Link, host: HostIdentity): SigningIdentity | undefined {
  const configuration = link.providers.get(threeLeggedProvider);
  if (!configuration) return undefined;
  if (!isManual(configuration)) return host.identity();
  const key = configuration['consumerKey.outbound'];
  if (key === undefined || link.consumer?.key !== key) return undefined;
  return { consumerKey: key, signatureMethod: 'HMAC-SHA1', consumerSecret: link.consumer.sharedSecret };
}

/**
 * What the admin form stores for a URL below the link's base: made relative to the base, with a slash put before,
 * so that the context path is lost again when the value is resolved. Kept because it bites real administrators.
 */
export function formUrl(entered: string, baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, '');
  return entered.startsWith(`${base}/`) ? entered.slice(base.length) : entered;
}
