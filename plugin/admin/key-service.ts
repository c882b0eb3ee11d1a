/**
 * Keys over time (applinks-oauth1.md part 4): fetch a peer's again, and make a new one of ours. A peer holds the key that
 * it once fetched, so after a rotation each link goes on signing with the former one until its peer has the new one.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { urlDerivedId } from '../server-id.js';
import type { SigningKey, SigningKeys } from '../store/signing-keys.js';
import type { Link } from '../store/store.js';
import { notFound, type ChangeLink } from './link-change.js';
import type { Discovery } from './linking/context.js';
import type { PeerLinks } from './linking/peer-links.js';

export interface KeyService {
  /** Asks the peer for its key; another one than ours is offered to the administrator. @throws PeerUnreachable */
  refreshPeerKey(linkId: string, by: string): Promise<Link>;
  /** Links that follow the current key are tied to it first. */
  rotate(by: string): Promise<SigningKey>;
  /**
   * Reads from the peer which of our keys it holds, in the name of one of its administrators; unknown ones change
   * nothing. @returns undefined when it did not tell. @throws CredentialsRequired, PeerRefused, PeerUnreachable
   */
  readHeldKey(linkId: string, by: string): Promise<Link | undefined>;
}

export interface KeyServiceDependencies {
  context: Context;
  keys: SigningKeys;
  peers: PeerLinks;
  discovery: Discovery;
  changeLink: ChangeLink;
  /** A call to the peer in this user's name; see link-client.ts. */
  callAs: (
    linkId: string,
    userId: string,
    path: string,
  ) => Promise<{ status: number; text(): Promise<string> }>;
}

const consumersThere = z.object({ consumers: z.array(z.object({ publicKey: z.string().optional() })) });

export function createKeyService(dependencies: KeyServiceDependencies): KeyService {
  const { context, keys, peers, discovery, changeLink, callAs } = dependencies;
  const get = async (id: string): Promise<Link> => (await context.store.links.get(id)) ?? notFound('link');

  const tie = (linkId: string, signingKeyId: string, by: string, onlyFree: boolean): Promise<Link> =>
    changeLink(
      linkId,
      (link) => ({
        ...link,
        outgoing: link.outgoing.map((connection) =>
          connection.kind === 'oauth1-atlassian' && !(onlyFree && connection.signingKeyId !== null)
            ? { ...connection, signingKeyId }
            : connection,
        ),
      }),
      by,
    );

  return {
    refreshPeerKey: async (linkId, by) => {
      const { rpcUrl, levels } = await get(linkId);
      const { threeLegged, twoLegged, impersonation } = levels;
      return peers.trust(
        linkId,
        await discovery.consumerInfo(rpcUrl ?? ''),
        { threeLegged, twoLegged, impersonation },
        by,
      );
    },
    rotate: async (by) => {
      const { id } = await keys.current();
      for (const link of await context.store.links.list()) {
        const isFree = link.outgoing.some(
          ({ kind, signingKeyId }) => kind === 'oauth1-atlassian' && signingKeyId === null,
        );
        if (isFree) await tie(link.id, id, by, true);
      }
      return keys.rotate(heldKeys(await context.store.links.list()));
    },
    readHeldKey: async (linkId, by) => {
      const link = await get(linkId);
      // After the redirect flow nobody has told us its id of us; a generic link is stored under this one (1.4).
      const there = encodeURIComponent(link.remoteLinkId ?? urlDerivedId(context.config.baseUrl));
      const path = `/rest/applinks-oauth/1.0/applicationlink/${there}/authentication/consumer`;
      const answer = await callAs(linkId, by, path);
      if (answer.status !== 200) return undefined;
      const listed = consumersThere.safeParse(parse(await answer.text()));
      const held = new Set(listed.data?.consumers.map(({ publicKey }) => publicKey?.replace(/\s/g, '')));
      const ours = (await keys.list()).find(({ publicKey }) => held.has(publicKey));
      return ours && tie(linkId, ours.id, by, false);
    },
  };
}

/** Those that some link signs with. */
function heldKeys(links: readonly Link[]): ReadonlySet<string> {
  const ids = links.flatMap(({ outgoing }) => outgoing.map(({ signingKeyId }) => signingKeyId));
  return new Set(ids.filter((id) => id !== null));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
