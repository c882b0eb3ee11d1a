/**
 * *Create link* from our side: enter an address, see who is there, decide, and have both halves made (applinks-oauth1.md
 * 11b; the choices are those of Atlassian's own wizard). The form that decides is bound to the peer's id, addresses and
 * key that the page showed. A password that was typed is used for this one answer and goes back to no page.
 */
import { ApplinksError, LinkingFailed, PeerUnreachable } from '../../errors.js';
import type { Context } from '../../context.js';
import type { Endpoint } from '../../http/handler.js';
import type { Views } from '../../http/views.js';
import { landingPath } from '../landing/landing-pages.js';
import { confirmPurpose, type PeerLook } from '../landing/peer-look.js';
import { isBaseUrl } from '../landing/starting-peer.js';
import { notFound } from '../link-change.js';
import type { PeerLinks } from '../linking/peer-links.js';
import {
  seeOther,
  type PageAccess,
  type Submission,
  type UncheckedSubmission,
  type Visit,
} from '../page-access.js';
import type { AutomaticLinks } from './automatic-links.js';
import type { WantedLink } from './own-half.js';
import { isConfidential } from './peer-administration.js';

/** consumer/discovery.ts: what is at the address that an administrator typed. */
export type FindPeer = (entered: string) => Promise<{
  url: string;
  isFound: boolean;
  problem: { message: string; answer: string | undefined } | undefined;
  suggestedUrl: string | undefined;
  warnings: readonly string[];
}>;

export interface CreatePageDependencies {
  context: Context;
  views: Views;
  access: PageAccess;
  automatic: AutomaticLinks;
  peers: Pick<PeerLinks, 'find'>;
  findPeer: FindPeer;
}

const enterPurpose = 'enter peer';
const createPurpose = 'create both halves';
const deletePurpose = (linkId: string): string => `delete both halves ${linkId}`;

export function showCreate({ access, views }: CreatePageDependencies): Endpoint {
  return access.page('administrator', async ({ res, query, formToken }) => {
    const url = query.get('url') ?? '';
    await views.render(res, 'create', { url, problem: undefined, csrfToken: formToken(enterPurpose) });
  });
}

export function findPeerByForm(dependencies: CreatePageDependencies): Endpoint {
  const { access, views } = dependencies;
  return access.form(
    'administrator',
    () => enterPurpose,
    async (visit) => {
      const entered = visit.form.get('url')?.trim().slice(0, 2048) ?? '';
      const found = await lookUp(dependencies, entered);
      if (found.look !== undefined) {
        await renderFound(dependencies, visit, found.look, found);
        return;
      }
      const { res, formToken } = visit;
      const page = { url: entered, problem: found.problem, suggestedUrl: found.suggestedUrl };
      await views.render(res, 'create', { ...page, csrfToken: formToken(enterPurpose) }, { status: 400 });
    },
  );
}

type LookedUp = Partial<Awaited<ReturnType<FindPeer>>> & { look?: PeerLook };

export async function lookUp(
  { findPeer, automatic }: Pick<CreatePageDependencies, 'findPeer' | 'automatic'>,
  entered: string,
): Promise<LookedUp> {
  try {
    const found = await findPeer(entered);
    return found.isFound ? { ...found, look: await automatic.look(found.url) } : found;
  } catch (error) {
    if (!(error instanceof PeerUnreachable)) throw error;
    return { problem: { message: error.message, answer: error.answer } };
  }
}

async function renderFound(
  { views, context, peers }: CreatePageDependencies,
  { res, formToken }: Visit,
  look: PeerLook,
  { suggestedUrl, warnings = [] }: Pick<LookedUp, 'suggestedUrl' | 'warnings'>,
  form: { values: Record<string, string>; failure?: LinkingFailed } = { values: {} },
): Promise<void> {
  const known = await peers.find(look.id, look.rpcUrl);
  const page = {
    peer: look,
    known: known && { id: known.id, name: known.name },
    otherUrl: suggestedUrl,
    warnings,
    values: { name: known?.name ?? look.name, direction: 'two-way', how: 'browser', ...form.values },
    failure: form.failure && {
      message: form.failure.message,
      step: form.failure.step,
      left: form.failure.left,
    },
    mayTakePassword: isConfidential(look.rpcUrl) && isConfidential(context.config.baseUrl),
    enterToken: formToken(enterPurpose),
    csrfToken: formToken(confirmPurpose(createPurpose, look)),
  };
  const formAction = [new URL(look.displayUrl).origin];
  await views.render(res, 'create-found', page, { status: form.failure?.status ?? 200, formAction });
}

export function createByForm(dependencies: CreatePageDependencies): Endpoint {
  const { access, automatic, context } = dependencies;
  return access.checkedForm('administrator', async (visit) => {
    const { form, user, res } = visit;
    const url = form.get('peer') ?? '';
    if (!isBaseUrl(url))
      throw new ApplinksError('invalid_input', 400, 'The address is not one that can be linked.');
    const look = await automatic.look(url);
    visit.requireToken(confirmPurpose(createPurpose, look));
    const wanted = wantedLink(form, look);
    try {
      if (form.get('how') !== 'password') {
        await automatic.ownHalf(wanted, user.id);
        res.redirect(303, redirectTarget(look, context.config.baseUrl));
        return;
      }
      const administrator = {
        name: form.get('admin_name') ?? '',
        password: form.get('admin_password') ?? '',
      };
      const link = await automatic.linkByPassword(wanted, administrator, user.id);
      seeOther(context, res, `/applinks/admin/links/${encodeURIComponent(link.id)}?done=linked`);
    } catch (error) {
      if (!(error instanceof LinkingFailed)) throw error;
      await showFailure(dependencies, visit, look, error);
    }
  });
}

async function showFailure(
  dependencies: CreatePageDependencies,
  visit: UncheckedSubmission,
  look: PeerLook,
  failure: LinkingFailed,
): Promise<void> {
  const typed = [...visit.form].filter(([name]) => name !== 'admin_password');
  const values = Object.fromEntries(typed);
  dependencies.context.config.logger.warn(
    { step: failure.step, err: failure.cause },
    'express-applinks: a link was not made',
  );
  await renderFound(dependencies, visit, look, {}, { values, failure });
}

function wantedLink(form: URLSearchParams, look: PeerLook): WantedLink {
  const name = form.get('name')?.trim() ?? '';
  const direction = (['incoming', 'outgoing', 'two-way'] as const).find(
    (one) => one === form.get('direction'),
  );
  if (direction === undefined) throw new ApplinksError('invalid_input', 400, 'Choose a direction.');
  if (name === '' || name.length > 255)
    throw new ApplinksError('invalid_input', 400, 'Enter a name of at most 255 characters.');
  return { look, name, direction, twoLegged: form.has('two_legged'), isManual: form.has('manual') };
}

/** 12.2: exactly these two parameters, quoted. */
export function redirectTarget(
  { displayUrl, id }: Pick<PeerLook, 'displayUrl' | 'id'>,
  ownUrl: string,
): string {
  const query = new URLSearchParams({
    applinkStartingUrl: `"${ownUrl}"`,
    applinkOriginalCreatedId: `"${id}"`,
  });
  return `${displayUrl}${landingPath}?${query.toString()}`;
}

export function showTwoWayDelete({ access, context, views }: CreatePageDependencies): Endpoint {
  return access.page('administrator', async (visit) => renderDelete({ context, views }, visit, undefined));
}

export function deleteTwoWay(dependencies: CreatePageDependencies): Endpoint {
  const { access, automatic, context } = dependencies;
  return access.form(
    'administrator',
    ({ param }) => deletePurpose(param('id')),
    async (visit: Submission) => {
      const { form, user, res, param } = visit;
      const administrator = form.has('account')
        ? null
        : { name: form.get('admin_name') ?? '', password: form.get('admin_password') ?? '' };
      try {
        await automatic.removeTwoWay(param('id'), administrator, user.id);
        seeOther(context, res, '/applinks/admin?done=deleted');
      } catch (error) {
        const isTold = error instanceof ApplinksError && error.code !== 'not_found';
        if (!isTold) throw error;
        await renderDelete(dependencies, visit, error.message);
      }
    },
  );
}

async function renderDelete(
  { context, views }: Pick<CreatePageDependencies, 'context' | 'views'>,
  { res, param, formToken, user }: Visit,
  problem: string | undefined,
): Promise<void> {
  const { id, name, rpcUrl, outgoing } = (await context.store.links.get(param('id'))) ?? notFound('link');
  const connection = outgoing.find(({ preferred }) => preferred) ?? outgoing[0];
  const isConnected =
    connection !== undefined && (await context.store.grants.get(connection.id, user.id)) !== undefined;
  const page = { link: { id, name, rpcUrl }, isConnected, problem, csrfToken: formToken(deletePurpose(id)) };
  await views.render(res, 'delete-both', page, { status: problem === undefined ? 200 : 400 });
}
