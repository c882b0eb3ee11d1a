/**
 * Both halves of a link, made from our side in the order of applinks-oauth1.md 11b: who is there, may we, can it reach
 * us, are we known there already, its half, our half, test. The remote half comes first, and everything is undone when
 * a later step fails (b13). Two administrators who do it at once meet on the same link.
 */
import { ApplinksError, type LeftBehind } from '../../errors.js';
import type { Link } from '../../store/store.js';
import { notFound } from '../link-change.js';
import type { Discovery } from '../linking/context.js';
import { lookOf, type PeerLook } from '../landing/peer-look.js';
import {
  administerPeer,
  callWithPassword,
  type AdministratorCall,
  type Administrator,
  type OwnDescription,
  type PeerAdministration,
} from './peer-administration.js';
import { watchLink, type LinkWatch } from './link-watch.js';
import { makeOwnHalf, type OwnHalfDependencies, type WantedLink } from './own-half.js';
import type { PeerCall, PeerCallAnswer } from './peer-call.js';
import type { SecretConsumer } from './secret-consumer.js';
import { withUndo, type Steps } from './undo.js';

export interface AutomaticLinkDependencies extends OwnHalfDependencies {
  call: PeerCall;
  /** In the name of a user of ours, with what the peer has granted them; see link-client.ts. */
  callAs: (linkId: string, userId: string, method: string, path: string) => Promise<PeerCallAnswer>;
  discovery: Discovery;
  own: OwnDescription;
  /** A consumer with a new shared secret at our link; see link-service.ts. */
  addSecretConsumer: (linkId: string, by: string) => Promise<SecretConsumer>;
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
  /**
   * Their half, then ours; null: in the name of the account that `by` has connected there.
   * @throws PeerRefused, PeerUnreachable, CredentialsRequired; nothing is deleted here then
   */
  removeTwoWay(linkId: string, administrator: Administrator | null, by: string): Promise<void>;
}

export function createAutomaticLinks(dependencies: AutomaticLinkDependencies): AutomaticLinks {
  const { context, call, callAs, discovery, own, test, removeLink, peers } = dependencies;
  const watch = ({ id, rpcUrl }: PeerLook): Promise<LinkWatch> =>
    watchLink(context.store.links, () => peers.find(id, rpcUrl));
  return {
    look: async (url) => {
      const manifest = await discovery.manifest(url);
      if (manifest.id === own.id)
        throw new ApplinksError('conflict', 409, 'This is the address of this application itself.');
      return lookOf(url, manifest, await discovery.consumerInfo(url));
    },
    ownHalf: (wanted, by) =>
      withUndo(async (steps) => {
        const half = { remoteLinkId: null, watch: await watch(wanted.look) };
        return makeOwnHalf(dependencies, steps, wanted, half, by);
      }),
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
          const there = administerPeer(callWithPassword(call, rpcUrl, administrator));
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
        const seen = await watch(wanted.look);
        const known = await steps.step('looking for an existing link there', () =>
          peer.findOurs(own.baseUrl),
        );
        const where = `${displayUrl}/plugins/servlet/applinks/listApplicationLinks`;
        const theirs =
          known === undefined
            ? await createTheirs(peer, steps, own, where, seen)
            : { id: known, isNew: false };
        if (!theirs.isNew)
          steps.undoLater({ left: { what: `changed settings of the existing link to ${own.name}`, where } });
        const isManual = wanted.isManual === true && wanted.direction !== 'outgoing';
        if (wanted.direction !== 'outgoing' && !isManual)
          await steps.step('letting it call us', () => peer.letItCallUs(theirs.id, levels));
        if (wanted.direction !== 'incoming')
          await steps.step('letting us call it', () => peer.letUsCallIt(theirs.id, levels));
        const link = await makeOwnHalf(
          dependencies,
          steps,
          wanted,
          { remoteLinkId: theirs.id, watch: seen },
          by,
        );
        if (isManual)
          await steps.step('letting it call us with a shared secret', async () => {
            const { link: withConsumer, consumer } = await dependencies.addSecretConsumer(link.id, by);
            seen.changed(withConsumer);
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
      const send: AdministratorCall =
        administrator === null
          ? (method, path) => callAs(linkId, by, method, `/rest/${path}`)
          : callWithPassword(call, rpcUrl, administrator);
      await removeTheirs(administerPeer(send), remoteLinkId, own.baseUrl);
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
  watch: LinkWatch,
): Promise<{ id: string; isNew: boolean }> {
  const creating = step('creating the link there', () => peer.create(own));
  const what = `the link to ${own.name}`;
  const remove = async (): Promise<LeftBehind | undefined> => {
    const theirs = await creating.catch(() => undefined);
    if (theirs?.isNew === false) return undefined;
    if (await watch.isShared()) return { what: `${what}, which somebody else uses now`, where };
    const id = theirs?.id ?? (await peer.findOurs(own.baseUrl));
    if (id !== undefined) await peer.remove(id);
    return undefined;
  };
  undoLater({ left: { what, where }, undo: remove });
  return creating;
}
