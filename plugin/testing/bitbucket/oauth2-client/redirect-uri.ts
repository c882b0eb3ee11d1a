/**
 * The redirect URI of an outgoing link (oauth2.md 1.2): it depends on nothing but the authorization endpoint, byte for
 * byte as it is stored, so that one more slash there makes another redirect URI.
 */
import { createHash } from 'node:crypto';

export const callbackPath = '/plugins/servlet/oauth2/client/callback';

/** MD5 as base64url without padding: always 22 characters. */
export const redirectUriSuffix = (authorizationEndpoint: string): string =>
  createHash('md5').update(authorizationEndpoint, 'utf8').digest('base64url');

export const redirectUri = (baseUrl: string, authorizationEndpoint: string): string =>
  `${baseUrl}${callbackPath}/${redirectUriSuffix(authorizationEndpoint)}`;
