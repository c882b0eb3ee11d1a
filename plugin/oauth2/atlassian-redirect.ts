/**
 * The redirect URI that a Data Center product will use for its outgoing link: it follows from its base URL and from our
 * authorization endpoint as it is entered there, and changes with the spelling of the latter (oauth2.md 1.2). So an
 * administrator is offered it, and need not type it. MD5 guards nothing here: it is a name.
 */
import { createHash } from 'node:crypto';

/** 22 characters. */
export function redirectSuffix(authorizationEndpoint: string): string {
  return createHash('md5').update(authorizationEndpoint, 'utf8').digest('base64url');
}

export function atlassianRedirectUri(peerBaseUrl: string, authorizationEndpoint: string): string {
  const base = peerBaseUrl.replace(/\/+$/, '');
  return `${base}/plugins/servlet/oauth2/client/callback/${redirectSuffix(authorizationEndpoint)}`;
}
