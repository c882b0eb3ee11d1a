/** A Bitbucket stand-in linked to the kit as two administrators would do it: what one page shows, the other takes. */
import {
  bitbucketStandIn,
  enterLink,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
  type EnteredLink,
  type MiniBrowser,
  type Page,
} from 'express-applinks/testing';
import { browserOf } from '../support/consent.js';
import { startKitApp, type KitApp, type KitAppOptions } from '../support/kit-app.js';
import { rememberSecret } from '../support/secrets.js';

export const bitbucketAdmin = { name: 'admin', password: 'sysadmin' };

/** What the details page of the kit shows to be pasted. */
export interface PastedValues {
  applicationUrl: string;
  applicationName: string;
  consumerKey: string;
  sharedSecret: string;
  requestTokenUrl: string;
  accessTokenUrl: string;
  authorizeUrl: string;
}

export interface LinkedBitbucket {
  app: KitApp;
  bitbucket: BitbucketStandIn;
  /** Id of the link at the kit. */
  kitLinkId: string;
  entered: EnteredLink;
  values: PastedValues;
  /** Opens the dance from Bitbucket's page, logs in at the kit, and comes to the consent page. */
  consentPage(user: string, as?: { kitUser?: string; redirectUrl?: string }): Promise<[MiniBrowser, Page]>;
  /** The whole dance with Allow. */
  connect(user: string, as?: { kitUser?: string; redirectUrl?: string }): Promise<Page>;
  stop(): Promise<void>;
}

export interface LinkedOptions {
  app?: KitAppOptions;
  bitbucket?: BitbucketStandInOptions;
  /** Changes what is pasted before it is entered. */
  paste?: (values: PastedValues, mountPath: string) => PastedValues;
}

export async function linkBitbucket(options: LinkedOptions = {}): Promise<LinkedBitbucket> {
  const app = await startKitApp(options.app);
  const bitbucket = bitbucketStandIn(options.bitbucket);
  await bitbucket.start();
  const shown = await createConsumer(app);
  const values = options.paste?.(shown, new URL(app.baseUrl).pathname.replace(/\/$/, '')) ?? shown;
  const entered = await enterLink(bitbucket.url, bitbucketAdmin, {
    name: values.applicationName,
    url: values.applicationUrl,
    manual: values,
  });
  return { values, ...linked(app, bitbucket, entered, (await onlyLink(app)).id) };
}

/** Everything but the values, which a link in Atlassian style has none of. */
export function linked(
  app: KitApp,
  bitbucket: BitbucketStandIn,
  entered: EnteredLink,
  kitLinkId: string,
): Omit<LinkedBitbucket, 'values'> {
  const consentPage: LinkedBitbucket['consentPage'] = async (user, { kitUser = user, redirectUrl } = {}) => {
    const browser = await bitbucket.as(user);
    const login = await browser.get(bitbucket.danceUrl(entered.id, redirectUrl));
    if (!login.url.startsWith(`${app.baseUrl}/login`)) return [browser, login];
    return [browser, await browser.get(`${login.url}&user=${kitUser}`)];
  };
  return {
    app,
    bitbucket,
    entered,
    kitLinkId,
    consentPage,
    connect: async (user, as) => {
      const [browser, page] = await consentPage(user, as);
      return browser.submit(page, { button: 'authorize' });
    },
    stop: async () => {
      await bitbucket.stop();
      await app.close();
    },
  };
}

/** By the administrator's form; the values are read off the page that answers it. */
async function createConsumer(app: KitApp): Promise<PastedValues> {
  const admin = await browserOf(app.baseUrl, 'admin');
  const form = await admin.get(`${app.baseUrl}/applinks/admin/links/new`);
  const page = await admin.submit(form, { fields: { name: 'Bitbucket', key: 'bitbucket: main' } });
  const shown = (id: string): string => {
    const text = page.textOf(id);
    if (!text) throw new Error(`The details page (${page.status}) does not show ${id}.`);
    return text;
  };
  return {
    applicationUrl: shown('application-url'),
    applicationName: shown('application-name'),
    consumerKey: shown('consumer-key'),
    sharedSecret: rememberSecret(shown('shared-secret'), 'consumer secret'),
    requestTokenUrl: shown('request-token-url'),
    accessTokenUrl: shown('access-token-url'),
    authorizeUrl: shown('authorize-url'),
  };
}

async function onlyLink(app: KitApp) {
  const [link] = await app.applinks.links.list();
  if (!link) throw new Error('The form has created no link.');
  return link;
}
