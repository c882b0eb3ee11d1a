/**
 * Where a peer takes token requests, and whose signature it expects there. Atlassian products have fixed addresses and
 * know our RSA key (applinks-oauth1.md 6.1, 6.3); any other server is described by its connection's settings.
 */
import { ApplinksError } from '../errors.js';
import type { Context } from '../context.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { SigningKeys } from '../store/signing-keys.js';
import type { Connection, Link } from '../store/store.js';
import type { SigningIdentity } from './sign.js';

export interface PeerEndpoints {
  requestToken: string;
  authorize: string;
  accessToken: string;
}

/** Settings of an `oauth1-manual` connection; the three addresses are absolute. */
export const manualSettings = {
  consumerKey: 'consumerKey.outbound',
  requestToken: 'serviceProvider.requestTokenUrl',
  accessToken: 'serviceProvider.accessTokenUrl',
  authorize: 'serviceProvider.authorizeUrl',
  signatureMethod: 'signatureMethod',
} as const;

/** @throws ApplinksError `not_connectable` when the link lacks an address. */
export function endpointsOf(link: Link, connection: Connection): PeerEndpoints {
  if (connection.kind === 'oauth1-manual') {
    return {
      requestToken: setting(link, connection, manualSettings.requestToken),
      authorize: setting(link, connection, manualSettings.authorize),
      accessToken: setting(link, connection, manualSettings.accessToken),
    };
  }
  const { rpcUrl } = link;
  if (rpcUrl === null) return notConnectable(link, 'its address (RPC URL) is not set');
  return {
    requestToken: `${rpcUrl}/plugins/servlet/oauth/request-token`,
    authorize: `${link.displayUrl ?? rpcUrl}/plugins/servlet/oauth/authorize`,
    accessToken: `${rpcUrl}/plugins/servlet/oauth/access-token`,
  };
}

export type IdentityOf = (
  link: Link,
  connection: Connection,
  tokenSecret: string,
) => Promise<SigningIdentity>;

/** @param consumerKey ours, as consumer info shows it. */
export function createIdentityOf(
  { sealer }: Pick<Context, 'sealer'>,
  keys: Pick<SigningKeys, 'current' | 'get'>,
  consumerKey: string,
): IdentityOf {
  return async (link, connection, tokenSecret) => {
    if (connection.kind !== 'oauth1-manual') {
      const held = connection.signingKeyId === null ? undefined : await keys.get(connection.signingKeyId);
      const { privateKey } = held ?? (await keys.current());
      return { consumerKey, key: { method: 'RSA-SHA1', privateKey } };
    }
    const ownKey = setting(link, connection, manualSettings.consumerKey);
    const method = connection.settings[manualSettings.signatureMethod] ?? 'HMAC-SHA1';
    if (connection.sealedSecret === null || (method !== 'HMAC-SHA1' && method !== 'HMAC-SHA256'))
      return notConnectable(link, 'its shared secret or signature method is not set');
    const consumerSecret = sealer.open(
      connection.sealedSecret,
      sealedPlace.connectionSecret(link.id, connection.id),
    );
    return { consumerKey: ownKey, key: { method, consumerSecret, tokenSecret } };
  };
}

function setting(link: Link, { settings }: Connection, name: string): string {
  const value = settings[name];
  return value === undefined || value === '' ? notConnectable(link, `${name} is not set`) : value;
}

function notConnectable(link: Link, why: string): never {
  throw new ApplinksError(
    'not_connectable',
    409,
    `${link.name} cannot be called: ${why}. An administrator can set it on the page of this link.`,
  );
}
