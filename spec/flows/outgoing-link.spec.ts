/**
 * The peer's outgoing link against our pages (oauth2.md 5.2, 5.4): what an administrator copies from them is what an
 * Atlassian client needs, the computed redirect URI is the one that it uses, and its failures are seen here.
 */
import { expect } from 'chai';
import {
  bitbucketStandIn,
  type BitbucketStandIn,
  type MiniBrowser,
  type Page,
  type Passage,
} from 'express-applinks/testing';
import { valueOf } from '../plugin/admin/page-reading.js';
import { browserOf } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { rememberSecret } from '../support/secrets.js';

const decide =
  (button: 'authorize' | 'cancel'): Passage =>
  async (page, browser) => {
    const consent = await browser.get(`${page.url}&user=ana`);
    return browser.submit(consent, { button });
  };
const allow = decide('authorize');

describe('The outgoing link of a peer', () => {
  let app: KitApp;
  let standIn: BitbucketStandIn;
  let admin: MiniBrowser;
  let linkId: string;
  /** Of the stand-in's outgoing link. */
  let outgoing: string;

  beforeEach(async () => {
    standIn = bitbucketStandIn({ hostname: 'localhost' });
    await standIn.start();
    app = await startKitApp({ mount: 'path' });
    admin = await browserOf(app.baseUrl, 'admin');
    const { link } = await app.applinks.links.create({ name: 'Bitbucket', displayUrl: standIn.url });
    linkId = link.id;
    const made = await admin.submit(await open('/clients/new'), { fields: { scope: 'build' } });
    outgoing = standIn.oauth2Client.create({
      name: 'Sample CI',
      clientId: valueOf(made, 'client-id'),
      clientSecret: secretOf(made),
      authorizationEndpoint: valueOf(made, 'authorization-endpoint'),
      tokenEndpoint: valueOf(made, 'token-endpoint'),
      scopes: [valueOf(made, 'oauth2-scope-0')],
    }).id;
  });
  afterEach(async () => {
    await app.close();
    await standIn.stop();
  });

  const open = (rest = ''): Promise<Page> =>
    admin.get(`${app.baseUrl}/applinks/admin/links/${linkId}${rest}`);
  const secretOf = (page: Page): string => rememberSecret(valueOf(page, 'client-secret'), 'consumer secret');
  const test = async (through = allow) => standIn.oauth2Client.testConnection(outgoing, { through });
  const rotate = async (overlap_ms: string): Promise<string> => {
    const page = await open();
    const form = page.forms.findIndex(({ action }) => action.endsWith('/secret'));
    return secretOf(await admin.submit(page, { form, fields: { overlap_ms } }));
  };

  it('is tested with the values and the redirect URI of our page; the test is marked as one', async () => {
    const { outcome, page } = await test();
    expect(outcome, page.text).to.equal('success');
    expect((await open()).text).to.include('Tokens were issued');
    const listed = await admin.get(`${app.baseUrl}/applinks/admin/tokens?link=${linkId}`);
    expect(listed.text).to.include('A test of the connection?');
  });

  it('ends on a page that names the redirect URI which is missing, when the endpoint is spelt differently', async () => {
    const authorizationEndpoint = `${app.baseUrl}/oauth2/authorize?from=bitbucket`;
    standIn.oauth2Client.edit(outgoing, { authorizationEndpoint });
    const { outcome } = await test((page) => Promise.resolve(page));
    expect(outcome).to.equal('lost');
    const text = (await open()).text;
    expect(text).to.include(standIn.oauth2Client.redirectUri(authorizationEndpoint));
    expect(text).to.include(standIn.oauth2Client.redirectUri(`${app.baseUrl}/oauth2/authorize`));
  });

  it('tells its administrator what our page tells ours: a wrong secret, and a user who said no', async () => {
    for (const [prepare, through, seen] of [
      [{}, decide('cancel'), 'The user did not allow it'],
      [{ clientSecret: 'wrong' }, allow, 'No tokens were issued'],
    ] as const) {
      standIn.oauth2Client.edit(outgoing, prepare);
      const { outcome, error = '' } = await test(through);
      expect(outcome).to.equal('error');
      const { text } = await open();
      expect(text).to.include(seen);
      const said = /was told:<\/strong> (.*?) \(<code>/.exec(text)?.[1] ?? 'nothing';
      expect(error).to.include(said);
    }
  });

  it('goes on with the former secret until its overlap is over, and with the new one', async () => {
    const { token } = await standIn.oauth2Client.authorize(outgoing, 'ana', allow);
    const use = (): Promise<{ outcome: string }> => standIn.oauth2Client.useToken(token?.id ?? '');
    await rotate('3600000');
    expect(await use()).to.include({ outcome: 'used' });
    const clientSecret = await rotate('0');
    expect(await use()).not.to.include({ outcome: 'used' });
    standIn.oauth2Client.edit(outgoing, { clientSecret });
    expect(await use()).to.include({ outcome: 'used' });
  });
});
