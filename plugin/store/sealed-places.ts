/**
 * The additional authenticated data of each sealed value (rule 5): it binds the value to its table, link and owner,
 * so that a value copied to another row cannot be opened there.
 */
const place = (...parts: readonly string[]): string => JSON.stringify(parts);

export const sealedPlace = {
  setting: (name: string): string => place('settings', name),
  consumerSecret: (linkId: string, credentialId: string): string =>
    place('credentials', linkId, credentialId),
  requestTokenSecret: (linkId: string, credentialId: string): string =>
    place('request_tokens', linkId, credentialId),
  connectionSecret: (linkId: string, connectionId: string): string =>
    place('connections', linkId, connectionId),
  transaction: (linkId: string, connectionId: string, userId: string): string =>
    place('transactions', linkId, connectionId, userId),
  grant: (linkId: string, connectionId: string, userId: string | null): string =>
    place('grants', linkId, connectionId, JSON.stringify(userId)),
  successorTokens: (linkId: string, authorizationId: string, refreshDigest: string): string =>
    place('bearer_tokens', linkId, authorizationId, refreshDigest),
  webhookSecret: (linkId: string, webhookId: string): string => place('webhooks', linkId, webhookId),
  accessTokenSecret: (linkId: string, userId: string): string => place('access_tokens', linkId, userId),
};
