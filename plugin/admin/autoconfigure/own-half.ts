/**
 * Our half of a link that is made automatically: found or created, trusted, switched on, completed. What was begun is
 * undone when a later step fails, unless somebody else has gone on with it meanwhile.
 */
import type { Context } from '../../context.js';
import { ApplinksError, type LeftBehind } from '../../errors.js';
import type { Link, OutgoingLevels } from '../../store/store.js';
import type { SigningKeys } from '../../store/signing-keys.js';
import type { ChangeLink } from '../link-change.js';
import type { PeerLook } from '../landing/peer-look.js';
import { requireKnownAddress } from '../linking/known-address.js';
import type { PeerLinks } from '../linking/peer-links.js';
import type { LinkWatch } from './link-watch.js';
import type { Steps } from './undo.js';

export interface WantedLink {
  look: PeerLook;
  name: string;
  direction: 'incoming' | 'outgoing' | 'two-way';
  /** Also calls without a user. */
  twoLegged: boolean;
  /** It calls us by consumer key and shared secret instead of its own key (b9). */
  isManual?: boolean;
}

export interface OwnHalfDependencies {
  context: Context;
  peers: PeerLinks;
  keys: Pick<SigningKeys, 'current'>;
  changeLink: ChangeLink;
  removeLink: (id: string, by: string | null) => Promise<void>;
}

export async function makeOwnHalf(
  { peers, keys, changeLink, removeLink, context }: OwnHalfDependencies,
  { step, undoLater }: Steps,
  { look, name, direction, twoLegged }: WantedLink,
  { remoteLinkId, watch }: { remoteLinkId: string | null; watch: LinkWatch },
  by: string,
): Promise<Link> {
  const ours = async (changing: Promise<Link>): Promise<Link> => {
    const link = await changing;
    watch.changed(link);
    return link;
  };
  const levels: OutgoingLevels = { threeLegged: true, twoLegged, impersonation: false };
  const { link, isNew } = await step('creating the link here', () =>
    findOrCreate(peers, { ...look, name }, watch, by),
  );
  const where = `${context.config.baseUrl}/applinks/admin/links/${link.id}`;
  const remove = async (): Promise<LeftBehind | undefined> => {
    if (await watch.isShared()) return { what: `the link to ${name}, which somebody else uses now`, where };
    await removeLink(link.id, by);
    return undefined;
  };
  if (isNew) undoLater({ left: { what: `the link to ${name}`, where }, undo: remove });
  else undoLater({ left: { what: `changed settings of the existing link to ${link.name}`, where } });
  // Also in manual mode: what it sends without a user is signed by its key all the same (5.1).
  if (direction !== 'outgoing')
    await step('trusting its key', () =>
      ours(peers.trust(link.id, look.consumer, { twoLegged, impersonation: false }, by)),
    );
  if (direction !== 'incoming')
    await step('switching on the outgoing direction', () => ours(peers.setOutgoing(link.id, levels, by)));
  const { id: signingKeyId } = await keys.current();
  return step('completing the link here', () =>
    ours(
      changeLink(
        link.id,
        (current) => ({
          ...current,
          applicationId: current.applicationId ?? look.id,
          rpcUrl: current.rpcUrl ?? look.rpcUrl,
          remoteLinkId: remoteLinkId ?? current.remoteLinkId,
          outgoing: current.outgoing.map((connection) =>
            connection.kind === 'oauth1-atlassian' && remoteLinkId !== null && direction !== 'incoming'
              ? { ...connection, signingKeyId }
              : connection,
          ),
        }),
        by,
      ),
    ),
  );
}

/** Of two administrators at once one makes it; the other goes on with the same. */
async function findOrCreate(
  peers: PeerLinks,
  look: PeerLook,
  watch: LinkWatch,
  by: string,
): Promise<{ link: Link; isNew: boolean }> {
  const known = await peers.find(look.id, look.rpcUrl);
  if (known) {
    requireKnownAddress(known, look.rpcUrl);
    watch.found(known);
    const link = await peers.adopt(known, look, by);
    if (link !== known) watch.changed(link);
    return { link, isNew: false };
  }
  try {
    const link = await peers.create(look, by);
    watch.changed(link);
    return { link, isNew: true };
  } catch (error) {
    const winner = await peers.find(look.id, look.rpcUrl);
    if (!winner || !(error instanceof ApplinksError) || error.code !== 'link_exists') throw error;
    watch.found(winner);
    return { link: winner, isNew: false };
  }
}
