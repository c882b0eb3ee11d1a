/** What pages and JSON need to know of connections by OAuth 2.0, to let an administrator describe one. */
import type { Context } from '../../context.js';
import type { Connection, Link } from '../../store/store.js';
import type { MetadataReader, ServerMetadata } from './metadata.js';
import { callbackUrl, describePeer, isSafeUrl, type PeerDescription } from './peer.js';
import { presets, type Preset } from './presets.js';
import { readSettings, writeSettings, type OAuth2Settings } from './settings.js';

export interface OAuth2Connections {
  readonly presets: readonly Preset[];
  describe(link: Link, connection: Connection): PeerDescription;
  read(connection: Connection): OAuth2Settings;
  write(settings: OAuth2Settings): Record<string, string>;
  callbackUrl(linkId: string): string;
  isSafeUrl(url: string): boolean;
  /** @throws PeerUnreachable for metadata that must not be believed, or when nobody answers */
  discover(baseUrl: string): Promise<ServerMetadata | undefined>;
}

export function createOAuth2Connections(
  context: Pick<Context, 'config'>,
  metadata: MetadataReader,
): OAuth2Connections {
  return {
    presets: Object.values(presets),
    describe: (link, connection) => describePeer(context, link, connection),
    read: readSettings,
    write: writeSettings,
    callbackUrl: (linkId) => callbackUrl(context, linkId),
    isSafeUrl: (url) => isSafeUrl(context.config, url),
    discover: (baseUrl) => metadata.read(baseUrl, false),
  };
}
