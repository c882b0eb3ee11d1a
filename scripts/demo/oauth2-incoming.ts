/**
 * An incoming link of the stand-in: the CI server calls it in the name of users. *Test connection* goes the whole way,
 * consent, renewal and a call that tells whose token it is; then the account is disconnected (oauth2.md 5.3).
 */
import { submitFormWith, summary } from './ci-browser.js';
import { allow, guideOf, placeholder, shown, type OAuth2Scene } from './oauth2-scene.js';

const scope = 'REPO_READ';

interface Step {
  name: string;
  outcome: string;
  text: string;
}

/** Throws an Error with a sentence at the first step that fails. */
export async function demonstrateIncoming(scene: OAuth2Scene): Promise<void> {
  const { admin, standIn, say } = scene;
  const { clientId, clientSecret } = standIn.oauth2Provider.registerClient({
    ...{ name: 'Sample CI', redirects: [placeholder], scope },
  });
  const guide = await admin.get(guideOf(scene));
  await submitFormWith(admin, guide, 'client_secret', {
    fields: { client_id: clientId, client_secret: clientSecret, scope },
  });
  standIn.oauth2Provider.editRedirects(clientId, [shown(guide, 'callback-url')]);
  say('incoming link: made at Bitbucket, its placeholder corrected to the callback URL of the CI server');

  await testConnection(scene);
  for (const { name, text } of await stepsOf(scene)) say(`  tested at the CI server, ${name}: ${text}`);
  await disconnect(scene);
}

async function testConnection({ admin, ...scene }: OAuth2Scene): Promise<void> {
  const ready = await admin.get(guideOf(scene));
  const [, path = ''] = /href="([^"]*\/applinks\/connect\/[^"]*start=1[^"]*)"/.exec(ready.text) ?? [];
  if (path === '') throw new Error(`there is no Test connection. ${summary(ready)}`);
  const consent = await admin.get(new URL(path.replaceAll('&amp;', '&'), scene.ci.url).href);
  scene.say(`  consent asked at Bitbucket for ${scope}`);
  const back = await allow(admin, consent);
  if (!back.url.startsWith(scene.ci.url)) throw new Error(`nobody came back. ${summary(back)}`);
}

async function stepsOf({ admin, ci, linkId }: OAuth2Scene): Promise<Step[]> {
  const { text } = await admin.get(`${ci.url}/applinks/rest/links/${linkId}/status`);
  const { status } = JSON.parse(text) as {
    status: { working: boolean; cause: string; steps: Step[] } | null;
  };
  if (status?.working !== true) throw new Error(`the test failed. ${status?.cause ?? text.slice(0, 300)}`);
  for (const wanted of ['renewal', 'identity']) {
    if (!status.steps.some(({ name, outcome }) => name === wanted && outcome === 'passed'))
      throw new Error(`the test left out the ${wanted}.`);
  }
  return status.steps;
}

/** The token dies at Bitbucket too, and not only here. */
async function disconnect({ admin, standIn, say, ...scene }: OAuth2Scene): Promise<void> {
  if (standIn.oauth2Provider.tokens().length !== 1) throw new Error('Bitbucket has not exactly one token.');
  const page = await submitFormWith(admin, await admin.get(guideOf(scene)), 'account', {});
  const left = standIn.oauth2Provider.tokens().length;
  if (left > 0) throw new Error(`the token is still good at Bitbucket. ${summary(page)}`);
  say('  account disconnected at the CI server: the token is revoked at Bitbucket');
}
