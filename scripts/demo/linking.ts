/**
 * The second half of the demonstration: links that make themselves, between the CI server and a second stand-in, each
 * way in which an administrator can begin one. Each link is tested, used, and deleted on both sides.
 */
import type { BitbucketStandIn, CallResult, MiniBrowser, Page } from 'express-applinks/testing';
import { logInOn, submitFormWith, summary, type Account } from './ci-browser.js';
import type { CiServer } from './ci-server.js';

type Say = (line: string) => void;

interface Scene {
  ci: CiServer;
  standIn: BitbucketStandIn;
  /** The CI server's administrator, who is logged in at the stand-in too. */
  admin: MiniBrowser;
  developer: Account;
  say: Say;
}

const administratorThere = { admin_name: 'admin', admin_password: 'sysadmin' };
const build = '/job/demo/build';

/** Throws an Error with a sentence at the first step that fails. */
export async function demonstrateLinking(
  ci: CiServer,
  standIn: BitbucketStandIn,
  developer: Account,
  say: Say,
): Promise<void> {
  const admin = await standIn.as('admin');
  await logInOn(admin, await admin.get(`${ci.url}/login`), ci.administrator);
  const scene = { ci, standIn, admin, developer, say };

  const byRedirect = await fromBitbucketByRedirect(scene);
  await useAllVariants(scene, byRedirect);
  const refusal = await standIn.linking.deleteLink(byRedirect, { reciprocate: true, as: 'ana' });
  if (refusal) throw new Error(`the link was not deleted two-way: ${refusal.message}`);
  await requireNoLink(scene, 'deleted on both sides, from Bitbucket');

  await fromBitbucketByPassword(scene);
  await deleteFromHere(scene);
  await fromHere(scene, 'password', { ...administratorThere });
  await deleteFromHere(scene);
  await fromHere(scene, 'redirect', {});
  await deleteFromHere(scene);
}

async function fromBitbucketByRedirect({ ci, standIn, admin, say }: Scene): Promise<string> {
  const { linkId, redirectUrl } = await standIn.linking.createOwnHalf(ci.url, { trusts: true });
  const landing = await admin.get(redirectUrl);
  const back = await submitFormWith(admin, landing, 'created_id', {});
  if (!back.url.startsWith(standIn.url)) throw new Error(`the CI server made no link. ${summary(back)}`);
  say('link by redirect, begun at Bitbucket: the administrator confirmed once at the CI server');
  await requireWorking({ admin, ci, say });
  return linkId;
}

async function fromBitbucketByPassword({ ci, standIn, admin, say }: Scene): Promise<void> {
  const { name: username, password } = ci.administrator;
  const made = await standIn.linking.createLinkByPassword({ url: ci.url, username, password });
  const why = made.failure ? JSON.stringify(made.failure) : made.problem;
  if (why !== undefined) throw new Error(`Bitbucket made no link by password: ${why}`);
  say('link by password, begun at Bitbucket: both halves are there');
  await requireWorking({ admin, ci, say });
}

async function fromHere(
  { ci, standIn, admin, say }: Scene,
  way: 'password' | 'redirect',
  fields: Record<string, string>,
): Promise<void> {
  const entered = await submitFormWith(admin, await admin.get(`${ci.url}/applinks/admin/create`), 'url', {
    fields: { url: standIn.url },
  });
  const made = await submitFormWith(admin, entered, 'direction', {
    fields: { ...fields, how: way === 'redirect' ? 'browser' : way },
  });
  if (way === 'redirect') await admin.submit(made);
  say(`link by ${way}, begun at the CI server: both halves are there`);
  await requireWorking({ admin, ci, say });
}

/** The button *Test link* of the link's page. */
async function requireWorking({ admin, ci, say }: Pick<Scene, 'admin' | 'ci' | 'say'>): Promise<void> {
  const page = await admin.get(await pageOfLink({ admin, ci }));
  const form = page.forms.findIndex(({ action }) => action.endsWith('/test'));
  const tested = await admin.submit(page, { form });
  if (!tested.text.includes('<strong>Working.</strong>'))
    throw new Error(`the test failed. ${summary(tested)}`);
  say('  tested at the CI server: Working');
}

/** 3LO as the user who consented, 2LO as the executing user, 2LOi as a named one: each starts a build. */
async function useAllVariants(scene: Scene, linkId: string): Promise<void> {
  const { standIn, developer, admin, ci, say } = scene;
  const levels = await admin.get(`${await pageOfLink(scene)}/levels`);
  const fields = { incoming_2loi: '1', executing_user: developer.name };
  await submitFormWith(admin, levels, 'executing_user', { fields });

  const browser = await standIn.as('ana');
  const login = await browser.get(standIn.danceUrl(linkId, '/dashboard'));
  const consent = await logInOn(browser, login, developer);
  const form = consent.forms.findIndex(({ buttons }) => buttons.some(({ name }) => name === 'authorize'));
  await browser.submit(consent, { form, button: 'authorize' });

  const headers = { Accept: 'application/json' };
  const asApplication = (requestor?: string): Promise<CallResult> =>
    standIn.linking.callAsApplication(linkId, 'POST', build, {
      headers,
      ...(requestor === undefined ? {} : { requestor }),
    });
  requireStarted('3LO', await standIn.call(linkId, 'ana', 'POST', build, { headers }), say);
  requireStarted('2LO', await asApplication(), say);
  requireStarted('2LOi', await asApplication(developer.name), say);
  const connect = await admin.get(await pageOfLink({ admin, ci }));
  if (!connect.text.includes(developer.name))
    throw new Error(`the executing user is not shown. ${summary(connect)}`);
}

function requireStarted(variant: string, { outcome, status, problem, body }: CallResult, say: Say): void {
  if (outcome !== 'ok') throw new Error(`${variant}: ${status ?? ''} ${problem ?? ''} ${body.slice(0, 300)}`);
  say(`  ${variant}: signed POST ${build} answered ${status ?? 0}`);
}

async function deleteFromHere(scene: Scene): Promise<void> {
  const { admin } = scene;
  const page = await admin.get(`${await pageOfLink(scene)}/delete-both`);
  await submitFormWith(admin, page, 'admin_password', { fields: administratorThere });
  await requireNoLink(scene, 'deleted on both sides, from the CI server');
}

async function requireNoLink({ standIn, ci, admin, say }: Scene, how: string): Promise<void> {
  const left = (await automaticLinks({ admin, ci })).length + standIn.links().length;
  if (left > 0) throw new Error(`a half of the link is still there after it was ${how}.`);
  say(`  ${how}`);
}

interface LinkJson {
  id: string;
  applicationId: string | null;
}

async function automaticLinks({ admin, ci }: Pick<Scene, 'admin' | 'ci'>): Promise<LinkJson[]> {
  const page: Page = await admin.get(`${ci.url}/applinks/rest/links`);
  const { links } = JSON.parse(page.text) as { links: LinkJson[] };
  return links.filter(({ applicationId }) => applicationId !== null);
}

async function pageOfLink(scene: Pick<Scene, 'admin' | 'ci'>): Promise<string> {
  const [link, ...more] = await automaticLinks(scene);
  if (!link || more.length > 0) throw new Error('there is not exactly one automatic link at the CI server.');
  return `${scene.ci.url}/applinks/admin/links/${link.id}`;
}
