/** The kit and a Bitbucket stand-in, which two administrators link to each other. */
import { generateKeyPairSync } from 'node:crypto';
import {
  bitbucketStandIn,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
} from 'express-applinks/testing';
import { startKitApp, type KitApp, type KitAppOptions } from './kit-app.js';
import { browserOf } from './consent.js';
import { passwordOf } from './kit-host.js';

/** Making RSA keys takes long; the stand-ins of one run share this one. */
const hostPrivateKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString();

export interface Pair {
  app: KitApp;
  bitbucket: BitbucketStandIn;
  close(): Promise<void>;
}

export async function startPair(
  options: KitAppOptions = {},
  standIn: BitbucketStandInOptions = {},
): Promise<Pair> {
  const app = await startKitApp(options);
  const bitbucket = bitbucketStandIn({ contextPath: '/bb', hostPrivateKeyPem, ...standIn });
  await bitbucket.start();
  return {
    app,
    bitbucket,
    close: async () => {
      await bitbucket.stop();
      await app.close();
    },
  };
}

/** Bitbucket begins, by the redirect flow; both administrators confirm. @returns our id at Bitbucket */
export async function linkByRedirect({ app, bitbucket }: Pair): Promise<string> {
  const { linkId, redirectUrl } = await bitbucket.linking.createOwnHalf(app.baseUrl, { trusts: true });
  const browser = await browserOf(app.baseUrl, 'admin');
  const landed = await browser.submit(await browser.get(redirectUrl));
  if (landed.status !== 303) throw new Error(`not linked: ${landed.status} ${landed.text.slice(0, 500)}`);
  return linkId;
}

/** One of our users connects their account there, as `there`, in a browser with a session at both. */
export async function connectAccount(
  { app, bitbucket }: Pair,
  linkId: string,
  user: string,
  there: string,
): Promise<void> {
  const browser = await bitbucket.as(there);
  await browser.get(`${app.baseUrl}/login?user=${user}`);
  const consent = await browser.get(`${app.baseUrl}/applinks/connect/${linkId}`);
  const done = await browser.submit(consent, { button: 'approve' });
  if (!done.text.includes('Your account is connected')) throw new Error(`not connected: ${done.status}`);
}

/** Bitbucket begins, by the password flow. @returns our id at Bitbucket */
export async function linkByPassword({ app, bitbucket }: Pair): Promise<string> {
  const { linkId, failure, problem } = await bitbucket.linking.createLinkByPassword({
    url: app.baseUrl,
    username: 'admin',
    password: passwordOf('admin'),
  });
  if (linkId === undefined || problem !== undefined)
    throw new Error(`not linked: ${JSON.stringify(failure)} ${problem ?? ''}`);
  return linkId;
}
