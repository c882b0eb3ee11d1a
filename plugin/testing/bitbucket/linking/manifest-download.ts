/**
 * Fetches the other side's manifest and tells what came of it (applinks-oauth1.md 1.1 request 1, 1.3): version 1.0
 * only, 10 seconds, anonymous, exactly 200, no redirect followed. Which system error it was is kept for the status
 * check (3.4).
 */
import { headerOf } from '../../http-exchange.js';
import type { StandInContext } from '../context.js';
import { linkIdFromUrl } from '../link-id.js';
import { readManifest, type RemoteManifest } from './remote-manifest.js';

export type ManifestDownload =
  | { kind: 'manifest'; manifest: RemoteManifest }
  /** `to`: the new location up to `rest/applinks/`. */
  | { kind: 'redirected'; to: string }
  | { kind: 'unreachable'; error: Error }
  /** No manifest, or none that can be read. */
  | { kind: 'none'; status: number };

const timeoutMs = 10_000;

/** Joined without a double slash; the path of the base URL is kept. */
export const below = (baseUrl: string, path: string): string =>
  `${baseUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;

export async function downloadManifest(
  context: Pick<StandInContext, 'send'>,
  rpcUrl: string,
): Promise<ManifestDownload> {
  const url = below(rpcUrl, 'rest/applinks/1.0/manifest');
  const headers = { Accept: 'application/xml' };
  try {
    const answer = await context.send({ method: 'GET', url, headers, timeoutMs });
    const location = headerOf(answer, 'location');
    if (answer.status >= 300 && answer.status <= 399 && location !== undefined) {
      const to = new URL(location, url).href;
      return { kind: 'redirected', to: to.split('rest/applinks/')[0] ?? to };
    }
    const manifest =
      answer.status === 200 ? readManifest(headerOf(answer, 'content-type') ?? '', answer.body) : undefined;
    return manifest ? { kind: 'manifest', manifest } : { kind: 'none', status: answer.status };
  } catch (error) {
    return { kind: 'unreachable', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** What the producer of a type makes up where there is no manifest of that type (applinks-oauth1.md 1.3). */
export function fabricatedManifest(rpcUrl: string, typeId: string): RemoteManifest {
  const types = ['BasicAuthenticationProvider', 'OAuthAuthenticationProvider'].map(
    (name) => `com.atlassian.applinks.api.auth.types.${name}`,
  );
  return {
    id: linkIdFromUrl(rpcUrl),
    name: typeId === 'generic' ? 'Generic Application' : typeId,
    typeId,
    version: undefined,
    buildNumber: 0,
    applinksVersion: undefined,
    inboundAuthenticationTypes: types,
    outboundAuthenticationTypes: types,
    publicSignup: undefined,
    url: rpcUrl,
    iconUrl: undefined,
    iconUri: undefined,
  };
}

/** The manifest that a link of this type is made with: the real one only when it says the same type. */
export const manifestForType = (
  download: ManifestDownload,
  rpcUrl: string,
  typeId: string,
): RemoteManifest =>
  download.kind === 'manifest' && download.manifest.typeId === typeId
    ? download.manifest
    : fabricatedManifest(rpcUrl, typeId);
