/**
 * A connection of kind `oauth2` with all that a request needs: endpoints, client, scopes, manners (oauth2.md 2.1, 4.1). An
 * Atlassian product's endpoints follow from the link's address and are never read from it, so that no document of a
 * peer can move them; Atlassian's cloud has two hosts of its own. Only https is called, but for loopback in development.
 */
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import { digest } from '../../store/digest.js';
import { sealedPlace } from '../../store/sealed-places.js';
import type { Connection, Link } from '../../store/store.js';
import { presets, type Preset } from './presets.js';
import { readSettings, type OAuth2Settings } from './settings.js';

export interface OAuth2Endpoints {
  authorizeUrl: string | null;
  tokenUrl: string | null;
  revokeUrl: string | null;
  issuer: string | null;
}

export interface OAuth2Peer extends OAuth2Endpoints {
  authorizeUrl: string;
  tokenUrl: string;
  preset: Preset;
  clientId: string;
  clientSecret: string;
  scopes: string[];
  isIssAnnounced: boolean;
  usesPkce: boolean;
  /** Where the client's credentials go: into a form, into a header, or into a JSON body as Atlassian's cloud has it. */
  authentication: 'client_secret_post' | 'client_secret_basic' | 'json';
  /** Below which calls go; null in the cloud, where it depends on the site that a user has chosen. */
  callBase: string | null;
}

/** `placeholder`: nothing entered yet, so that the callback URL can be given to the other side first. */
export type OAuth2State = 'placeholder' | 'partial' | 'ready';

export interface PeerDescription extends OAuth2Endpoints {
  state: OAuth2State;
  /** What is not there yet, in the words of a sentence. */
  missing: string[];
  settings: OAuth2Settings;
  preset: Preset;
  hasOwnSecret: boolean;
  /** The client is the one of the option `cloud`. */
  isVendorClient: boolean;
}

type PeerContext = Pick<Context, 'config' | 'sealer'>;

export function endpointsOf(
  { config }: Pick<PeerContext, 'config'>,
  { rpcUrl, displayUrl }: Pick<Link, 'rpcUrl' | 'displayUrl'>,
  settings: OAuth2Settings,
): OAuth2Endpoints {
  const { kind } = presets[settings.preset];
  if (kind === 'custom') {
    const { authorizeUrl, tokenUrl, revokeUrl, issuer } = settings;
    return { authorizeUrl, tokenUrl, revokeUrl, issuer };
  }
  if (kind === 'cloud') {
    const { authUrl } = config.cloud;
    const own = { authorizeUrl: settings.authorizeUrl, tokenUrl: settings.tokenUrl };
    return {
      authorizeUrl: own.authorizeUrl ?? `${authUrl}/authorize`,
      tokenUrl: own.tokenUrl ?? `${authUrl}/oauth/token`,
      revokeUrl: null,
      issuer: null,
    };
  }
  if (rpcUrl === null) return { authorizeUrl: null, tokenUrl: null, revokeUrl: null, issuer: null };
  const shown = displayUrl ?? rpcUrl;
  return {
    authorizeUrl: `${shown}/rest/oauth2/latest/authorize`,
    tokenUrl: `${rpcUrl}/rest/oauth2/latest/token`,
    revokeUrl: `${rpcUrl}/rest/oauth2/latest/revoke`,
    issuer: shown,
  };
}

export function describePeer(
  { config }: Pick<PeerContext, 'config'>,
  link: Pick<Link, 'rpcUrl' | 'displayUrl'>,
  connection: Pick<Connection, 'settings' | 'sealedSecret'>,
): PeerDescription {
  const settings = readSettings(connection);
  const preset = presets[settings.preset];
  const endpoints = endpointsOf({ config }, link, settings);
  const { clientId, clientSecret } = config.cloud;
  const isVendorClient =
    preset.kind === 'cloud' && settings.clientId === null && Boolean(clientId && clientSecret);
  const hasOwnSecret = connection.sealedSecret !== null;
  const missing = [
    ...(link.rpcUrl === null && preset.kind !== 'cloud' ? ['its address'] : []),
    ...(endpoints.authorizeUrl === null && preset.kind === 'custom' ? ['its authorize URL'] : []),
    ...(endpoints.tokenUrl === null && preset.kind === 'custom' ? ['its token URL'] : []),
    ...(settings.clientId === null && !isVendorClient ? ['the client ID'] : []),
    ...(!hasOwnSecret && !isVendorClient ? ['the client secret'] : []),
    ...(settings.scopes.length === 0 ? ['at least one scope'] : []),
  ];
  const isUntouched = settings.clientId === null && !hasOwnSecret && !isVendorClient;
  const state = missing.length === 0 ? 'ready' : isUntouched ? 'placeholder' : 'partial';
  return { ...endpoints, state, missing, settings, preset, hasOwnSecret, isVendorClient };
}

/** @throws ApplinksError `not_connectable`, with what is missing */
export function peerOf(context: PeerContext, link: Link, connection: Connection): OAuth2Peer {
  const { config, sealer } = context;
  const { settings, preset, missing, isVendorClient, authorizeUrl, tokenUrl, ...rest } = describePeer(
    context,
    link,
    connection,
  );
  const clientId = isVendorClient ? config.cloud.clientId : settings.clientId;
  const clientSecret = isVendorClient
    ? config.cloud.clientSecret
    : connection.sealedSecret &&
      sealer.open(connection.sealedSecret, sealedPlace.connectionSecret(link.id, connection.id));
  if (missing.length > 0 || !clientId || !clientSecret || authorizeUrl === null || tokenUrl === null)
    throw notConnectable(link, `${missing.join(', ')} is not set`);
  const callBase = preset.kind === 'cloud' ? null : link.rpcUrl;
  for (const url of [authorizeUrl, tokenUrl, rest.revokeUrl, callBase]) {
    if (url !== null && !isSafeUrl(config, url))
      throw notConnectable(link, `${new URL(url).origin} is not https, and tokens go over https only`);
  }
  return {
    preset,
    clientId,
    clientSecret,
    authorizeUrl,
    tokenUrl,
    callBase,
    scopes: settings.scopes,
    revokeUrl: rest.revokeUrl,
    issuer: rest.issuer,
    isIssAnnounced: settings.isIssAnnounced,
    usesPkce: preset.kind !== 'cloud' || settings.pkce,
    authentication:
      preset.kind === 'cloud'
        ? 'json'
        : preset.kind === 'custom'
          ? settings.tokenAuthentication
          : 'client_secret_post',
  };
}

/** http is for loopback, and only where the developer has opened that (`network.allowInsecureLoopback`). */
export function isSafeUrl({ network }: Pick<Context['config'], 'network'>, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback && network.allowInsecureLoopback);
}

/** Of whom tokens were got: those of another client or server are of no use, and are not sent to this one. */
export const clientMark = ({ tokenUrl, clientId, callBase }: OAuth2Peer): string =>
  digest(JSON.stringify([tokenUrl, clientId, callBase]));

/** Of everything that is set: an authorisation that was begun before a change is not finished after it. */
export const connectionMark = ({ settings, sealedSecret }: Connection): string =>
  digest(JSON.stringify([Object.entries(settings).sort(), sealedSecret]));

/** One for each connected application: the answer of one peer cannot be taken for another's (9700 4.4). */
export const callbackUrl = ({ config }: Pick<PeerContext, 'config'>, linkId: string): string =>
  `${config.baseUrl}/applinks/callback/oauth2/${encodeURIComponent(linkId)}`;

function notConnectable(link: Link, why: string): ApplinksError {
  return new ApplinksError(
    'not_connectable',
    409,
    `${link.name} cannot be called: ${why}. An administrator can set it on the page of this link.`,
  );
}
