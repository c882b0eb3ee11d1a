/** What the linking resources share. */
import type { Context } from '../../context.js';
import type { RawBodies } from '../../http/raw-body.js';
import type { Link } from '../../store/store.js';
import { notFound } from '../link-change.js';
import type { LinkingAccess } from './caller.js';
import type { PeerConsumer, PeerLinks } from './peer-links.js';

export interface PeerManifest {
  id: string;
  name?: string | undefined;
  typeId: string;
  version?: string | undefined;
  /** The peer's own base URL. */
  url?: string | undefined;
}

/** consumer/discovery.ts behind our transport. @throws PeerUnreachable */
export interface Discovery {
  manifest(baseUrl: string): Promise<PeerManifest>;
  consumerInfo(rpcUrl: string): Promise<PeerConsumer>;
}

export interface LinkingDependencies {
  context: Context;
  access: LinkingAccess;
  peers: PeerLinks;
  discovery: Discovery;
  rawBodies: RawBodies;
  /** Removes a link with all that came of it; see link-service.ts. */
  removeLink: (id: string, by: string | null) => Promise<void>;
  /** Ours; a peer with this id is ourselves. */
  serverId: string;
}

/** @throws ApplinksError `not_found` */
export async function requireLink({ peers }: LinkingDependencies, peerId: string | undefined): Promise<Link> {
  return (await peers.find(peerId ?? '')) ?? notFound('application link');
}

export const capture = (params: Readonly<Record<string, unknown>>, index: number): string => {
  const value = params[String(index)];
  return typeof value === 'string' ? value : '';
};
