/** A client of OAuth 2.0 as JSON tells it: field by field, and nothing of its secrets but until when a former one is valid. */
import type { OAuth2Client } from '../../store/oauth2-client.js';
import { peerValues } from './peer-values.js';
import type { SavedClient } from './client-service.js';
import type { OwnServer } from './own-server.js';

export function clientJson(client: OAuth2Client): object {
  const { id, clientId, type, redirectUris, scopes, allowClientCredentials, createdAtMs } = client;
  const { accessTokenLifetimeMs, refreshTokenLifetimeMs, authorizationLifetimeMs } = client;
  return {
    id,
    clientId,
    type,
    redirectUris,
    scopes,
    allowClientCredentials,
    accessTokenLifetimeMs,
    refreshTokenLifetimeMs,
    authorizationLifetimeMs,
    formerSecretUntilMs: formerSecretUntil(client),
    createdAtMs,
  };
}

/** The only answer that holds a secret: the one to the request that made it. */
export function savedClientJson(server: OwnServer, { link, client, secret }: SavedClient): object {
  return {
    linkId: link.id,
    client: clientJson(client),
    secrets: secret === undefined ? {} : { [client.id]: secret },
    /** What to enter in the peer's form of an outgoing link, by the labels that it has there. */
    outgoingForm: Object.fromEntries(peerValues(server, client).map(({ label, value }) => [label, value])),
  };
}

/** null: there is none, or none that was told to be replaced. */
export function formerSecretUntil({ secrets }: OAuth2Client): number | null {
  return secrets.find(({ expiresAtMs }) => expiresAtMs !== null)?.expiresAtMs ?? null;
}
