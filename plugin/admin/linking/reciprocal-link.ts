/**
 * Rows a8, a20 and a21: a peer registers itself as a link of ours, asks whether it may delete it, and deletes it
 * (applinks-oauth1.md 2.3 row 4, 9.1). What an attacker tries: to point a known link at another address (refused: that
 * is a relocation, which an administrator does), and to delete another one's link (only an administrator, or the
 * consumer of that very link).
 */
import { ApplinksError, PeerUnreachable } from '../../errors.js';
import type { Link } from '../../store/store.js';
import { errorList, statusEntity, type LinkingAnswer } from './answer.js';
import { readFields } from './body.js';
import type { LinkingCaller } from './caller.js';
import { capture, requireLink, type LinkingDependencies } from './context.js';
import type { LinkingHandler } from './endpoint.js';
import { readPeerDescription, type PeerDescription } from './peer-description.js';
import { isSameAddress } from './known-address.js';

export function putLink(dependencies: LinkingDependencies): LinkingHandler {
  const { access, peers, rawBodies, serverId } = dependencies;
  return async (req) => {
    const by = await access.requireAdmin(req);
    const peer = readPeerDescription(await readFields(req, rawBodies));
    if (Array.isArray(peer)) return errorList(400, peer);
    if (peer.id === serverId) return errorList(409, ['An application cannot be linked to itself.']);
    if (peer.id !== capture(req.params, 0).toLowerCase())
      return errorList(400, ['The id in the address and the id in the body differ.']);
    const known = await peers.find(peer.id, peer.rpcUrl);
    const { rpcUrl, applicationId, name } = known ?? { rpcUrl: null, applicationId: null, name: '' };
    if (rpcUrl !== null && !isSameAddress(rpcUrl, peer.rpcUrl))
      return errorList(400, [
        `${name} is linked with another address (${rpcUrl}). Relocate the link to change it.`,
      ]);
    if (known && applicationId !== null) return updateLink(dependencies, known, peer, by);
    return createLink(dependencies, known, peer, by);
  };
}

/** A link to this address that was typed by hand is adopted instead. */
async function createLink(
  { peers, discovery, context }: LinkingDependencies,
  typed: Link | undefined,
  peer: PeerDescription,
  by: string,
): Promise<LinkingAnswer> {
  const manifest = await discovery.manifest(peer.rpcUrl).catch((error: unknown) => {
    if (error instanceof PeerUnreachable && error.kind !== 'address_refused') return undefined;
    throw error;
  });
  if (manifest && manifest.id !== peer.id)
    return errorList(400, [`${peer.rpcUrl} is another installation: its id is ${manifest.id}.`]);
  try {
    const found = { ...peer, version: manifest?.version ?? null };
    const link = typed ? await peers.adopt(typed, found, by) : await peers.create(found, by);
    return statusEntity(
      201,
      typed ? 'The link was completed.' : 'The link was created.',
      hrefOf(context.config.baseUrl, peer.id, link),
    );
  } catch (error) {
    if (error instanceof ApplinksError && error.code === 'link_exists')
      return errorList(409, [`${peer.name} is being linked by somebody else at this moment. Try again.`]);
    throw error;
  }
}

async function updateLink(
  { peers, context }: LinkingDependencies,
  known: Link,
  peer: PeerDescription,
  by: string,
): Promise<LinkingAnswer> {
  const others = (await context.store.links.list()).filter(({ id }) => id !== known.id);
  if (others.some(({ name }) => name === peer.name))
    return errorList(400, [`Another link is named ${peer.name} already.`]);
  const link = await peers.describe(known.id, peer, by);
  return statusEntity(200, 'The link was updated.', hrefOf(context.config.baseUrl, peer.id, link));
}

const hrefOf = (baseUrl: string, peerId: string, link: Link): string =>
  `${baseUrl}/rest/applinks/1.0/applicationlink/${link.applicationId ?? peerId}`;

/** Exactly 200 tells the peer that it may delete its half too. */
export function deleteLink(dependencies: LinkingDependencies): LinkingHandler {
  const { access, removeLink } = dependencies;
  return async (req) => {
    const caller = await access.identify(req);
    if (!caller) throw new ApplinksError('login_required', 401, 'Only an administrator may do this.');
    const link = await requireLink(dependencies, capture(req.params, 0));
    if (!mayDelete(caller, link))
      throw new ApplinksError('login_required', 401, 'Only an administrator may delete this link.', {
        reason: 'neither an administrator nor the consumer of this link',
      });
    await removeLink(link.id, caller.user?.id ?? null);
    return statusEntity(200, `The link to ${link.name} was deleted.`);
  };
}

const mayDelete = (caller: LinkingCaller, link: Link): boolean =>
  caller.isAdmin || caller.link?.id === link.id;

export function mayDeleteLink({ access, peers }: LinkingDependencies): LinkingHandler {
  return async (req) => {
    const caller = await access.identify(req);
    if (!caller) return permission('NO_AUTHENTICATION');
    const link = await peers.find(capture(req.params, 0));
    if (!link) return permission('MISSING');
    return permission(mayDelete(caller, link) ? 'ALLOWED' : 'NO_PERMISSION');
  };
}

export const permission = (code: string): LinkingAnswer => ({
  status: 200,
  root: 'permissionCodeEntity',
  entity: { code },
});
