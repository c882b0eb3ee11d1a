/**
 * A client of OAuth 2.0 as the page of its link shows it, and the redirect URI that we expect of it: an Atlassian product
 * makes its own from its base URL and our authorization endpoint, so it is offered, not asked for (oauth2.md 1.2, 5.2).
 */
import type { Config } from '../../config.js';
import type { OAuth2Client, RedirectUri } from '../../store/oauth2-client.js';
import type { Link } from '../../store/store.js';
import { describeLifetime } from '../lifetime-field.js';
import { hasOnlyPlaceholders } from '../link-summary.js';
import type { PasteValue } from '../paste-values.js';
import { formerSecretUntil } from './client-json.js';
import type { OwnServer } from './own-server.js';
import { peerValues } from './peer-values.js';

export interface ClientSummary {
  id: string;
  clientId: string;
  type: OAuth2Client['type'];
  typeName: string;
  redirectUris: RedirectUri[];
  isUnusable: boolean;
  /** Not registered yet; offered with one click. */
  expectedRedirectUri: string | null;
  scopes: { name: string; description: string }[];
  allowClientCredentials: boolean;
  accessTokenLifetime: string;
  refreshTokenLifetime: string;
  authorizationLifetime: string;
  /** The former secret is valid until then. */
  formerSecretUntilMs: number | null;
  createdAtMs: number;
  paste: PasteValue[];
}

export const typeNames: Readonly<Record<OAuth2Client['type'], string>> = {
  atlassian: 'Atlassian link',
  confidential: 'Confidential client',
  public: 'Public client',
};

export function describeClient(
  { offeredScopes, clock }: Pick<Config, 'offeredScopes' | 'clock'>,
  server: OwnServer,
  link: Pick<Link, 'displayUrl'>,
  client: OAuth2Client,
): ClientSummary {
  const { id, clientId, type, redirectUris, allowClientCredentials, createdAtMs } = client;
  const untilMs = formerSecretUntil(client);
  const endMs = client.authorizationLifetimeMs;
  return {
    id,
    clientId,
    type,
    typeName: typeNames[type],
    redirectUris,
    isUnusable: hasOnlyPlaceholders(client) && !allowClientCredentials,
    expectedRedirectUri: isExpectedMissing(server, link, client) ? expectedRedirectUri(server, link) : null,
    scopes: client.scopes.map((name) => ({ name, description: offeredScopes[name] ?? name })),
    allowClientCredentials,
    accessTokenLifetime: describeLifetime(client.accessTokenLifetimeMs),
    refreshTokenLifetime: describeLifetime(client.refreshTokenLifetimeMs),
    authorizationLifetime: endMs === null ? 'no end' : describeLifetime(endMs),
    formerSecretUntilMs: untilMs !== null && untilMs > clock() ? untilMs : null,
    createdAtMs,
    paste: peerValues(server, client),
  };
}

/** null: the address of the peer is not known, or none that anybody may be sent to. */
export function expectedRedirectUri(
  server: OwnServer,
  { displayUrl }: Pick<Link, 'displayUrl'>,
): string | null {
  const uri = displayUrl === null ? null : server.redirectUriOf(displayUrl);
  return uri !== null && server.isRedirectUri(uri) ? uri : null;
}

/** Only what is computed for an Atlassian product is expected of it. */
function isExpectedMissing(
  server: OwnServer,
  link: Pick<Link, 'displayUrl'>,
  { type, redirectUris }: OAuth2Client,
): boolean {
  const expected = expectedRedirectUri(server, link);
  return (
    type === 'atlassian' && redirectUris.every(({ uri, isPlaceholder }) => isPlaceholder || uri !== expected)
  );
}
