/** What plugin/oauth2 knows of our own authorization server, handed in: an administrator's pages know no protocol. */
import type { IsRedirectUri } from './client-input.js';

export interface OwnServer {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  isRedirectUri: IsRedirectUri;
  /** Where an Atlassian product with this base URL wants its answers, once it has our authorization endpoint (oauth2.md 1.2). */
  redirectUriOf: (peerBaseUrl: string) => string;
}
