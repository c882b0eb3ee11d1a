/** Where the provider's addresses are (oauth2.md 2.1); those of its own pages are not in the material. */
export const restRoot = '/rest/oauth2/latest';
export const authorizePath = `${restRoot}/authorize`;
export const tokenPath = `${restRoot}/token`;
export const revokePath = `${restRoot}/revoke`;
export const metadataPath = `${restRoot}/.well-known/oauth-authorization-server`;
export const consentPath = '/plugins/servlet/oauth2/consent';
export const denyPath = `${consentPath}/deny`;
export const errorPath = '/plugins/servlet/oauth2/error';
export const switchAccountPath = '/plugins/servlet/oauth2/switch-account';
export const incomingLinksPath = '/plugins/servlet/oauth2/incoming-links';
export const createIncomingPath = `${incomingLinksPath}/create`;
export const authorizedPath = '/plugins/servlet/oauth2/authorized-applications';
