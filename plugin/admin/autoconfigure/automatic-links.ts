/**
 * Both halves of a link, made from our side in the order of applinks-oauth1.md 11b: who is there, may we, can it reach
 * us, are we known there already, its half, our half, test. The remote half comes first, and everything is undone when
 * a later step fails (b13). Two administrators who do it at once meet on the same link.
 */
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import type { SigningKeys } from '../../store/signing-keys.js';
import type { Link, OutgoingLevels } from '../../store/store.js';
import { notFound, type ChangeLink } from '../link-change.js';
import type { Discovery } from '../linking/context.js';
import { lookOf, type PeerLook } from '../landing/peer-look.js';
import { requireKnownAddress } from '../linking/known-address.js';
import type { PeerLinks } from '../linking/peer-links.js';
import {
  administerPeer,
  type Administrator,
  type ManualOutgoing,
  type OwnDescription,
  type PeerAdministration,
} from './peer-administration.js';
import type { PeerCall } from './peer-call.js';
import { withUndo, type Steps } from './undo.js';

export interface WantedLink {
  look: PeerLook;
  name: string;
  direction: 'incoming' | 'outgoing' | 'two-way';
  /** Also calls without a user. */
  twoLegged: boolean;
  /** It calls us by consumer key and shared secret instead of its own key (b9). */
  isManual?: boolean;
}

export interface AutomaticLinkDependencies {
  context: Context;
  call: PeerCall;
  discovery: Discovery;
  peers: PeerLinks;
  keys: Pick<SigningKeys, 'current'>;
  changeLink: ChangeLink;
  removeLink: (id: string, by: string | null) => Promise<void>;
  own: OwnDescription;
  /** A consumer with a new shared secret at our link; see link-service.ts. */
  addSecretConsumer: (linkId: string, by: string) => Promise<ManualOutgoing>;
  /** What the button *Test link* does (b10, b11). @throws ApplinksError with cause and cure */
  test: (link: Link) => Promise<void>;
}

export interface AutomaticLinks {
  /** Who is at this address, with its key. @throws PeerUnreachable, ApplinksError `conflict` for ourselves */
  look(url: string): Promise<PeerLook>;
  /** Both halves with the password of an administrator there. @throws LinkingFailed */
  linkByPassword(wanted: WantedLink, administrator: Administrator, by: string): Promise<Link>;
  /** Our half only; the browser then goes to the peer for the other one. @throws LinkingFailed */
  ownHalf(wanted: WantedLink, by: string): Promise<Link>;
  /** Their half, then ours. @throws PeerRefused, PeerUnreachable; nothing is deleted here then */
  removeTwoWay(linkId: string, administrator: Administrator, by: string): Promise<void>;
}

export function createAutomaticLinks(dependencies: AutomaticLinkDependencies): AutomaticLinks {
  const { context, call, discovery, own, test, removeLink } = dependencies;
  return {
    look: async (url) => {
      const manifest = await discovery.manifest(url);
      if (manifest.id === own.id)
        throw new ApplinksError('conflict', 409, 'This is the address of this application itself.');
      return lookOf(url, manifest, await discovery.consumerInfo(url));
    },
    ownHalf: (wanted, by) => withUndo((steps) => makeOwnHalf(dependencies, steps, wanted, null, by)),
    linkByPassword: (wanted, administrator, by) =>
      withUndo(async (steps) => {
        const { rpcUrl, displayUrl } = wanted.look;
        const levels = { threeLegged: true, twoLegged: wanted.twoLegged, impersonation: false };
        const peer = await steps.step('checking name and password there', async () => {
          if (administrator.name === '' || administrator.password === '')
            throw new ApplinksError(
              'invalid_input',
              400,
              'Enter name and password of an administrator there.',
            );
          const there = administerPeer(call, rpcUrl, administrator);
          if (!(await there.isAdministrator()))
            throw new ApplinksError(
              'forbidden',
              403,
              'Name and password are wrong, or this user is no administrator there.',
            );
          return there;
        });
        await steps.step('checking that it reaches us', async () => {
          if (!(await peer.reachesUs(own)))
            throw new ApplinksError(
              'conflict',
              409,
              `It cannot reach this application at ${own.baseUrl}, or finds another one there. Check baseUrl, and the network between the two.`,
            );
        });
        const known = await steps.step('looking for an existing link there', () =>
          peer.findOurs(own.baseUrl),
        );
        const where = `${displayUrl}/plugins/servlet/applinks/listApplicationLinks`;
        const theirs =
          known === undefined ? await createTheirs(peer, steps, own, where) : { id: known, isNew: false };
        if (!theirs.isNew)
          steps.undoLater({ left: { what: `changed settings of the existing link to ${own.name}`, where } });
        const isManual = wanted.isManual === true && wanted.direction !== 'outgoing';
        if (wanted.direction !== 'outgoing' && !isManual)
          await steps.step('letting it call us', () => peer.letItCallUs(theirs.id, levels));
        if (wanted.direction !== 'incoming')
          await steps.step('letting us call it', () => peer.letUsCallIt(theirs.id, levels));
        const link = await makeOwnHalf(dependencies, steps, wanted, theirs.id, by);
        if (isManual)
          await steps.step('letting it call us with a shared secret', async () => {
            const consumer = await dependencies.addSecretConsumer(link.id, by);
            await peer.letItCallUsBySecret(theirs.id, own.name, consumer, levels);
          });
        await steps.step('testing the link', () => test(link));
        return link;
      }),
    removeTwoWay: async (linkId, administrator, by) => {
      const link = (await context.store.links.get(linkId)) ?? notFound('link');
      const { rpcUrl, remoteLinkId } = link;
      if (rpcUrl === null)
        throw new ApplinksError('conflict', 409, 'The address of the other side is not known.');
      await removeTheirs(administerPeer(call, rpcUrl, administrator), remoteLinkId, own.baseUrl);
      await removeLink(linkId, by);
    },
  };
}

/**
 * The id that we remember may have come by way of a browser (2.4), so it may be none, or that of somebody else's link:
 * which one is ours there, only its address tells.
 */
async function removeTheirs(
  peer: PeerAdministration,
  rememberedId: string | null,
  baseUrl: string,
): Promise<void> {
  const id = await peer.findOurs(baseUrl);
  if (id !== undefined) await peer.remove(id);
  else if (rememberedId !== null && (await peer.hasLink(rememberedId)))
    throw new ApplinksError(
      'conflict',
      409,
      `The link there that could be ours is to another address than ${baseUrl}. Delete it there if it is ours, then delete the half that is here.`,
    );
}

/** When its answer got lost, the link may be there all the same; it is looked for before it is called undone. */
async function createTheirs(
  peer: PeerAdministration,
  { step, undoLater }: Steps,
  own: OwnDescription,
  where: string,
): Promise<{ id: string; isNew: boolean }> {
  const creating = step('creating the link there', () => peer.create(own));
  const remove = async (): Promise<void> => {
    const theirs = await creating.catch(() => undefined);
    if (theirs?.isNew === false) return;
    const id = theirs?.id ?? (await peer.findOurs(own.baseUrl));
    if (id !== undefined) await peer.remove(id);
  };
  undoLater({ left: { what: `the link to ${own.name}`, where }, undo: remove });
  return creating;
}

async function makeOwnHalf(
  { peers, keys, changeLink, removeLink, context }: AutomaticLinkDependencies,
  { step, undoLater }: Steps,
  { look, name, direction, twoLegged }: WantedLink,
  remoteLinkId: string | null,
  by: string,
): Promise<Link> {
  const levels: OutgoingLevels = { threeLegged: true, twoLegged, impersonation: false };
  const { link, isNew } = await step('creating the link here', () =>
    findOrCreate(peers, { ...look, name }, by),
  );
  const where = `${context.config.baseUrl}/applinks/admin/links/${link.id}`;
  if (isNew) undoLater({ left: { what: `the link to ${name}`, where }, undo: () => removeLink(link.id, by) });
  else undoLater({ left: { what: `changed settings of the existing link to ${link.name}`, where } });
  // Also in manual mode: what it sends without a user is signed by its key all the same (5.1).
  if (direction !== 'outgoing')
    await step('trusting its key', () =>
      peers.trust(link.id, look.consumer, { twoLegged, impersonation: false }, by),
    );
  if (direction !== 'incoming')
    await step('switching on the outgoing direction', () => peers.setOutgoing(link.id, levels, by));
  const { id: signingKeyId } = await keys.current();
  return step('completing the link here', () =>
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
  );
}

/** Of two administrators at once one makes it; the other goes on with the same. */
async function findOrCreate(
  peers: PeerLinks,
  look: PeerLook,
  by: string,
): Promise<{ link: Link; isNew: boolean }> {
  const known = await peers.find(look.id, look.rpcUrl);
  if (known) {
    requireKnownAddress(known, look.rpcUrl);
    return { link: await peers.adopt(known, look, by), isNew: false };
  }
  try {
    return { link: await peers.create(look, by), isNew: true };
  } catch (error) {
    const winner = await peers.find(look.id, look.rpcUrl);
    if (!winner || !(error instanceof ApplinksError) || error.code !== 'link_exists') throw error;
    return { link: winner, isNew: false };
  }
}
