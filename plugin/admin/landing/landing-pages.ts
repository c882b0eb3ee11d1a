/**
 * Row a17: the page to which a peer sends its administrator after it has made its own half of a link (applinks-oauth1.md
 * 2.4, KIT). It asks for a login here, shows who is asking and what will be trusted in which direction, and makes our
 * half after one confirmation; then the browser goes back to the peer's list of links and nowhere else.
 */
import type { Context } from '../../context.js';
import { ApplinksError, PeerUnreachable } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import type { Views } from '../../http/views.js';
import type { Link } from '../../store/store.js';
import type { ChangeLink } from '../link-change.js';
import type { Discovery } from '../linking/context.js';
import { requireKnownAddress } from '../linking/known-address.js';
import type { PeerLinks } from '../linking/peer-links.js';
import { seeOther, type PageAccess, type Visit } from '../page-access.js';
import { confirmPurpose, lookOf, type PeerLook } from './peer-look.js';
import {
  isBaseUrl,
  otherParameters,
  readCreatedId,
  readStartingPeer,
  type StartingPeer,
} from './starting-peer.js';

export interface LandingDependencies {
  context: Context;
  views: Views;
  access: PageAccess;
  peers: PeerLinks;
  discovery: Discovery;
  changeLink: ChangeLink;
  removeLink: (id: string, by: string | null) => Promise<void>;
  serverId: string;
}

export const landingPath = '/plugins/servlet/applinks/listApplicationLinks';

const purpose = 'accept link';

export function showLanding(dependencies: LandingDependencies): Endpoint {
  const { access, context } = dependencies;
  return access.page('administrator', async (visit) => {
    const parameters = otherParameters(visit.query);
    if (parameters.length > 0)
      context.config.logger.debug({ parameters }, 'express-applinks: landing page with further parameters');
    const starting = readStartingPeer(visit.query);
    if (starting === undefined) seeOther(context, visit.res, '/applinks/admin');
    else await renderLanding(dependencies, visit, starting);
  });
}

async function renderLanding(
  dependencies: LandingDependencies,
  { res, formToken }: Visit,
  starting: StartingPeer,
): Promise<void> {
  const { views, peers, serverId } = dependencies;
  try {
    const look = await lookAt(dependencies, starting.url);
    const known = await peers.find(look.id, look.rpcUrl);
    if (known) requireKnownAddress(known, look.rpcUrl);
    const page = {
      peer: look,
      starting,
      isSelf: look.id === serverId,
      isKnown: known !== undefined,
      csrfToken: formToken(confirmPurpose(purpose, look)),
    };
    await views.render(res, 'landing', page, { formAction: [new URL(look.displayUrl).origin] });
  } catch (error) {
    if (!(error instanceof PeerUnreachable)) throw error;
    const page = { starting, message: error.message, answer: error.answer };
    await views.render(res, 'landing-unreachable', page, { status: 502 });
  }
}

/** The token is checked against what the peer shows now: another id or key than the page named is refused. */
export function acceptLink(dependencies: LandingDependencies): Endpoint {
  const { access } = dependencies;
  return access.checkedForm('administrator', async (visit) => {
    const { form, res, user } = visit;
    const url = form.get('url') ?? '';
    if (!isBaseUrl(url))
      throw new ApplinksError('invalid_input', 400, 'The address is not one that can be linked.');
    const createdId = readCreatedId(form.get('created_id'));
    const look = await lookAt(dependencies, url);
    visit.requireToken(confirmPurpose(purpose, look));
    if (look.id === dependencies.serverId)
      throw new ApplinksError('conflict', 409, 'An application cannot be linked to itself.');
    await makeOurHalf(dependencies, look, createdId, user.id);
    res.redirect(303, `${look.displayUrl}${landingPath}`);
  });
}

async function lookAt({ discovery }: LandingDependencies, url: string): Promise<PeerLook> {
  const manifest = await discovery.manifest(url);
  return lookOf(url, manifest, await discovery.consumerInfo(url));
}

/** Both directions, or nothing: what was begun for a new link is undone when a step fails. */
async function makeOurHalf(
  { peers, removeLink, changeLink }: LandingDependencies,
  look: PeerLook,
  createdId: string | null,
  by: string,
): Promise<void> {
  const known = await peers.find(look.id, look.rpcUrl);
  if (known) requireKnownAddress(known, look.rpcUrl);
  const link = known ? await peers.adopt(known, look, by) : await peers.create(look, by);
  try {
    await peers.trust(link.id, look.consumer, { twoLegged: true, impersonation: false }, by);
    await peers.setOutgoing(link.id, { threeLegged: true, twoLegged: true, impersonation: false }, by);
    const withRemoteId = (current: Link): Link => ({
      ...current,
      applicationId: current.applicationId ?? look.id,
      rpcUrl: current.rpcUrl ?? look.rpcUrl,
      remoteLinkId: createdId ?? current.remoteLinkId,
    });
    await changeLink(link.id, withRemoteId, by);
  } catch (error) {
    if (!known) await removeLink(link.id, by);
    throw error;
  }
}
