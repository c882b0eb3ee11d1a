/** The steps of the demonstration: a link, a consent, and a build that a user started from Bitbucket. */
import { randomBytes } from 'node:crypto';
import { enterLink, type BitbucketStandIn, type CallResult, type Page } from 'express-applinks/testing';
import { addDeveloper, browserOf, logInOn, summary, type Account } from './ci-browser.js';
import type { CiServer } from './ci-server.js';
import { finishedBuild } from './finished-build.js';
import { registerConsumer } from './register-consumer.js';

/** At the CI server; at the stand-in the same person is called ana. */
export const developer: Account = { name: 'dora', password: randomBytes(9).toString('base64url') };
const bitbucketUser = 'ana';
const bitbucketAdministrator = { name: 'admin', password: 'sysadmin' };

/** Throws an Error with a sentence at the first step that fails. `say` gets one line per step. */
export async function demonstrate(
  ci: CiServer,
  standIn: BitbucketStandIn,
  say: (line: string) => void,
): Promise<void> {
  const admin = await browserOf(ci.url, ci.administrator);
  await addDeveloper(admin, ci.url, developer);
  const consumer = { name: 'Bitbucket', url: standIn.url, key: 'bitbucket' };
  const wanted = await registerConsumer(admin, ci.url, consumer);
  say(`consumer registered at the CI server by its form: key ${consumer.key}`);

  const link = await enterLink(standIn.url, bitbucketAdministrator, wanted);
  standIn.addBuild({ key: 'demo', jobUrl: `${ci.url}/job/demo/`, linkId: link.id });
  say(`link entered at Bitbucket by REST: id ${link.id}`);

  await consent(standIn, link.id, say);
  const started = await standIn.call(link.id, bitbucketUser, 'POST', '/job/demo/build', {
    headers: { Accept: 'application/json' },
  });
  const buildUrl = startedBuild(started);
  say(`signed POST /job/demo/build: answered ${started.status ?? 0}, the build is ${buildUrl}`);

  const build = await finishedBuild(standIn, link.id, bitbucketUser, buildUrl);
  for (const line of build.log.trimEnd().split('\n')) say(`  | ${line}`);
  say(`build ended: ${build.result}. ${build.cause}`);
  if (build.result !== 'SUCCESS') throw new Error(`the build ended with ${build.result}.`);
  if (build.startedBy !== developer.name) {
    throw new Error(`the build was started by ${build.startedBy}, not by ${developer.name} who consented.`);
  }
}

/** The dance as ana's browser sees it: Bitbucket, the CI server's login, its consent page, Bitbucket. */
async function consent(
  standIn: BitbucketStandIn,
  linkId: string,
  say: (line: string) => void,
): Promise<void> {
  const browser = await standIn.as(bitbucketUser);
  const login = await browser.get(standIn.danceUrl(linkId, '/dashboard'));
  requireDance(standIn, login);
  say('request token: granted to Bitbucket, the browser goes to the CI server');

  const page = await logInOn(browser, login, developer);
  const mayAllow = page.forms.some(({ buttons }) => buttons.some(({ name }) => name === 'authorize'));
  if (!mayAllow) throw new Error(`there is no consent page. ${summary(page)}`);
  const form = page.forms.findIndex(({ buttons }) => buttons.some(({ name }) => name === 'authorize'));
  const back = await browser.submit(page, { form, button: 'authorize' });
  requireDance(standIn, back);
  say(`consent: ${developer.name} allowed it on the page ${new URL(page.url).pathname}`);

  if (standIn.token(linkId, bitbucketUser)?.kind !== 'access') {
    throw new Error(`Bitbucket has no access token. ${summary(back)}`);
  }
  say('access token: granted to Bitbucket, which keeps it for ana and this link');
}

/** The dance must not have failed at the stand-in. */
function requireDance({ dances }: BitbucketStandIn, page: Page): void {
  const last = dances.at(-1);
  if (last === undefined || last.outcome === 'connected') return;
  const { message, problem = '', advice = '' } = last;
  throw new Error(`${message} ${problem} ${advice} ${summary(page)}`);
}

function startedBuild({ exchange, outcome, status, problem, body }: CallResult): string {
  const location = exchange?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  if (outcome === 'ok' && location !== undefined) return location;
  throw new Error(
    `the build was not started: ${status ?? 'no answer'} ${problem ?? ''} ${body.slice(0, 300)}`,
  );
}
