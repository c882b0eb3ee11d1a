/** The third part of the demonstration: one link over OAuth 2.0, in both directions, step by step by its guide. */
import type { BitbucketStandIn } from 'express-applinks/testing';
import { logInOn, type Account } from './ci-browser.js';
import type { CiServer } from './ci-server.js';
import { demonstrateIncoming } from './oauth2-incoming.js';
import { demonstrateOutgoing } from './oauth2-outgoing.js';
import { createDraft } from './oauth2-scene.js';

/** Throws an Error with a sentence at the first step that fails. */
export async function demonstrateOAuth2(
  ci: CiServer,
  standIn: BitbucketStandIn,
  developer: Account,
  say: (line: string) => void,
): Promise<void> {
  const admin = await standIn.as('admin');
  await logInOn(admin, await admin.get(`${ci.url}/login`), ci.administrator);
  const linkId = await createDraft(admin, ci.url, 'Bitbucket by OAuth 2.0', standIn.url);
  say('link over OAuth 2.0: made at the CI server, with a callback URL and no credential yet');
  const scene = { ci, standIn, admin, developer, linkId, say };
  await demonstrateOutgoing(scene);
  await demonstrateIncoming(scene);
}
