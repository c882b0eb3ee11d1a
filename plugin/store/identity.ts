/**
 * Who we are to our peers: made once, then kept, also when the base URL changes (applinks-oauth1.md 1.4, part 4). The
 * consumer key must be unique among all applications that a peer knows, since peers keep consumers by key.
 */
import { randomInt } from 'node:crypto';
import { urlDerivedId } from '../server-id.js';
import type { Store } from './store.js';

export interface Identity {
  /** Id of this installation, a UUID. */
  serverId: string;
  consumerKey: string;
}

export async function installationIdentity(
  { settings }: Pick<Store, 'settings'>,
  { baseUrl, applicationName }: { baseUrl: string; applicationName: string },
): Promise<Identity> {
  return {
    serverId: await settings.putIfAbsent('server_id', urlDerivedId(baseUrl)),
    consumerKey: await settings.putIfAbsent('consumer_key', newConsumerKey(applicationName)),
  };
}

/** As Atlassian makes them: a name, a colon, ten digits. */
function newConsumerKey(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 60);
  const digits = Array.from({ length: 10 }, () => randomInt(10)).join('');
  return `${slug || 'application'}:${digits}`;
}
