/**
 * An outgoing link of the stand-in: it calls the CI server in the name of users. Its redirect URI is not known when the
 * client is made, so a placeholder is entered, and corrected afterwards (oauth2.md 5.2).
 */
import type { ClientToken, Passage } from 'express-applinks/testing';
import { logInOn, submitFormWith, summary } from './ci-browser.js';
import { allow, guideOf, placeholder, shown, type OAuth2Scene } from './oauth2-scene.js';

const build = '/job/demo/build';

/** Throws an Error with a sentence at the first step that fails. */
export async function demonstrateOutgoing(scene: OAuth2Scene): Promise<void> {
  const { standIn, say } = scene;
  const outgoingId = await enterClient(scene);
  const early = await standIn.oauth2Client.testConnection(outgoingId);
  if (early.outcome !== 'lost' || !early.page.text.includes('redirect URI'))
    throw new Error(`a placeholder was used. ${summary(early.page)}`);
  say('  tested at Bitbucket with the placeholder: the CI server sends nobody there, and says why');

  const guide = await scene.admin.get(guideOf(scene));
  // The first form of this kind takes the address that was computed.
  const corrected = await submitFormWith(scene.admin, guide, 'client', {});
  if (!corrected.text.includes(standIn.oauth2Client.redirectUri(`${scene.ci.url}/oauth2/authorize`)))
    throw new Error(`the redirect URI was not corrected. ${summary(corrected)}`);
  say('  placeholder corrected at the CI server, which had computed the redirect URI of Bitbucket');

  const through = consentOf(scene);
  const tested = await standIn.oauth2Client.testConnection(outgoingId, { through });
  if (tested.outcome !== 'success') throw new Error(`the test at Bitbucket failed: ${tested.error ?? ''}`);
  say('  tested at Bitbucket: green, with login and consent on the way');

  const { token, error = '' } = await standIn.oauth2Client.authorize(outgoingId, 'ana', through);
  if (!token) throw new Error(`ana did not get a token: ${error}`);
  say(`  ana of Bitbucket may act as ${scene.developer.name}, who allowed it`);
  await startBuild(scene, token);
}

/** The stand-in gets client ID and secret, the CI server a redirect URI that is none yet. */
async function enterClient({ admin, standIn, say, ...scene }: OAuth2Scene): Promise<string> {
  const page = await submitFormWith(admin, await admin.get(guideOf(scene)), 'placeholder_uri', {
    fields: { redirect: 'placeholder', placeholder_uri: placeholder, own_scope: 'build' },
  });
  const { id } = standIn.oauth2Client.create({
    name: 'Sample CI by OAuth 2.0',
    clientId: shown(page, 'client-id'),
    clientSecret: shown(page, 'client-secret'),
    authorizationEndpoint: shown(page, 'authorization-endpoint'),
    tokenEndpoint: shown(page, 'token-endpoint'),
    scopes: ['build'],
  });
  say('outgoing link: client ID and secret made at the CI server, and entered at Bitbucket');
  return id;
}

const consentOf =
  ({ developer }: OAuth2Scene): Passage =>
  async (page, browser) =>
    allow(browser, await logInOn(browser, page, developer));

/** As the stand-in's features use a token: renewed first, then presented. */
async function startBuild({ ci, standIn, say }: OAuth2Scene, token: ClientToken): Promise<void> {
  let status = 0;
  const isAccepted = async (accessToken: string): Promise<boolean> => {
    const headers = { Accept: 'application/json', Authorization: `Bearer ${accessToken}` };
    const answer = await fetch(ci.url + build, { method: 'POST', headers });
    ({ status } = answer);
    return answer.ok;
  };
  const used = await standIn.oauth2Client.useToken(token.id, { isAccepted });
  if (used.outcome !== 'used') throw new Error(`the token started no build: ${used.outcome}, ${status}`);
  say(`  token renewed, then POST ${build} with it: answered ${status}`);
}
