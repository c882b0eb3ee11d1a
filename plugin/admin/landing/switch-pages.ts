/**
 * Row a18: addresses to which a peer sends its administrator's browser to switch a direction on or off at our side
 * (applinks-oauth1.md 2.4, 7.3). An image on any page can cause such a GET, so it never acts: it shows what is asked
 * for, and the form acts. The way back is checked against the link's own addresses (10.5).
 */
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import { publicPath } from '../../http/public-url.js';
import type { Views } from '../../http/views.js';
import type { Link } from '../../store/store.js';
import { outgoingLevels, trustPeer } from '../linking/authentication.js';
import { capture, type LinkingDependencies } from '../linking/context.js';
import type { PageAccess, Submission, Visit } from '../page-access.js';
import { returnTarget } from './return-target.js';

export interface SwitchDependencies {
  context: Context;
  views: Views;
  access: PageAccess;
  linking: LinkingDependencies;
}

/** What the address asks for. Three-legged and two-legged are switched by addresses of their own (7.3). */
interface Wish {
  direction: 'incoming' | 'outgoing';
  isTwoLegged: boolean;
  isOn: boolean;
  impersonation: boolean;
}

const yes = (query: URLSearchParams, name: string): boolean => query.get(name) === 'true';

function wishOf({ req, query }: Visit): Wish {
  const path = req.path;
  if (path.includes('/outbound/apl-2lo/')) {
    const impersonation = yes(query, 'enable-outgoing-2loi');
    const isOn = impersonation || yes(query, 'enable-outgoing-2lo');
    return { direction: 'outgoing', isTwoLegged: true, isOn, impersonation };
  }
  if (path.includes('/outbound/apl/')) {
    const isOn = yes(query, 'enable-oauth');
    return { direction: 'outgoing', isTwoLegged: false, isOn, impersonation: false };
  }
  const isOn = query.get('oauth-incoming-enabled') !== 'false';
  return { direction: 'incoming', isTwoLegged: false, isOn, impersonation: false };
}

export function showSwitch({ views, access, linking, context }: SwitchDependencies): Endpoint {
  const shown = access.page('administrator', async (visit) => {
    const link = await linking.peers.find(capture(visit.req.params, 0));
    const wish = wishOf(visit);
    if (!link) {
      await views.render(visit.res, 'switch-unknown', {}, { status: 404 });
      return;
    }
    const target = returnTarget(visit.query.get('callback'), link);
    const page = {
      link: { id: link.id, name: link.name },
      wish,
      action: publicPath(context.config, visit.req.path) + searchOf(visit),
      csrfToken: visit.formToken(purposeOf(link, wish)),
    };
    await views.render(visit.res, 'switch', page, {
      formAction: target === null ? [] : [new URL(target).origin],
    });
  });
  return async (req, res) => {
    const isFramed =
      new URL(req.originalUrl, 'http://path.invalid').searchParams.get('uiposition') === 'remote';
    if (!isFramed) return shown(req, res);
    const link = await linking.peers.find(capture(req.params, 0));
    const target = link ? `/applinks/admin/links/${encodeURIComponent(link.id)}` : '/applinks/admin';
    const frameAncestors = link ? originsOf(link) : [];
    await views.render(res, 'frame', { target }, { frameAncestors });
  };
}

export function doSwitch({ access, linking, context }: SwitchDependencies): Endpoint {
  return access.checkedForm('administrator', async (visit) => {
    const link = await linking.peers.find(capture(visit.req.params, 0));
    if (!link) throw new ApplinksError('not_found', 404, 'There is no such application link.');
    const wish = wishOf(visit);
    visit.requireToken(purposeOf(link, wish));
    const target = returnTarget(visit.query.get('callback'), link);
    await applyWish(linking, link, wish, visit);
    if (target === null)
      visit.res.redirect(
        303,
        publicPath(context.config, `/applinks/admin/links/${encodeURIComponent(link.id)}`),
      );
    else visit.res.redirect(303, withResult(target, wish));
  });
}

async function applyWish(
  linking: LinkingDependencies,
  link: Link,
  { direction, isTwoLegged, isOn, impersonation }: Wish,
  { user }: Submission,
): Promise<void> {
  if (impersonation && !linking.context.config.allowImpersonation)
    throw new ApplinksError('conflict', 409, 'OAuth with impersonation is switched off in this application.');
  if (direction === 'incoming') {
    const off = { threeLegged: false, twoLegged: false, impersonation: false };
    if (isOn) await trustPeer(linking, link, link.levels.twoLegged, link.levels.impersonation, user.id);
    else await linking.peers.setIncoming(link.id, off, user.id);
    return;
  }
  const before = outgoingLevels(link);
  if (isTwoLegged && isOn && !before.threeLegged)
    throw new ApplinksError('conflict', 409, 'Switch on the outgoing direction (3LO) of this link first.');
  const levels = isTwoLegged
    ? { ...before, twoLegged: isOn, impersonation }
    : { ...before, threeLegged: isOn };
  await linking.peers.setOutgoing(link.id, levels, user.id);
}

/** 2.4: the peer reads these two of its callback. */
function withResult(target: string, { isTwoLegged }: Wish): string {
  const url = new URL(target);
  url.searchParams.set(isTwoLegged ? 'outgoing_2lo_success' : 'success', 'true');
  url.searchParams.set('message', 'Done');
  return url.href;
}

const purposeOf = (link: Link, wish: Wish): string => JSON.stringify(['switch', link.id, wish]);

const searchOf = ({ req }: Visit): string => new URL(req.originalUrl, 'http://path.invalid').search;

const originsOf = ({ displayUrl, rpcUrl }: Link): string[] => [
  ...new Set([displayUrl, rpcUrl].flatMap((url) => (url === null ? [] : [new URL(url).origin]))),
];
