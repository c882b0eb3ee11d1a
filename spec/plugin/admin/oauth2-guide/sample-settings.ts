/** A connection of which nothing is entered yet. */
import type { OAuth2Settings } from '../../../../plugin/admin/oauth2-connection.js';

export const sampleSettings: OAuth2Settings = {
  preset: 'bitbucket',
  clientId: null,
  scopes: [],
  authorizeUrl: null,
  tokenUrl: null,
  revokeUrl: null,
  issuer: null,
  isIssAnnounced: false,
  tokenAuthentication: 'client_secret_post',
  pkce: false,
};
