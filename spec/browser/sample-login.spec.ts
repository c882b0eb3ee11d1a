/**
 * The sample's login in a real Chromium, under helmet's policy: `form-action` holds for every redirect behind a form, so
 * what lies behind the login must not be lost when it ends at a peer, on another site.
 */
import { expect } from 'chai';
import { bitbucketStandIn, type BitbucketStandIn } from 'express-applinks/testing';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../support/accessible.js';
import { openPage } from '../support/chromium.js';
import { rememberSecret } from '../support/secrets.js';
import { adminPassword, startCi, type TestCi } from '../sample-app/support/test-ci.js';
import { temporaryFolder } from '../sample-app/support/temporary-folder.js';

describe('The login of the sample in Chromium', () => {
  const folder = temporaryFolder(async () => {
    await ci.close();
    await bitbucket.stop();
  });
  let ci: TestCi;
  let bitbucket: BitbucketStandIn;
  let clientId: string;
  let linkId: string;
  let redirectUri: string;

  before(async () => {
    // Another site than the CI server's 127.0.0.1.
    bitbucket = bitbucketStandIn({ hostname: 'localhost' });
    await bitbucket.start();
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    const { links } = ci.server.applinks;
    linkId = (await links.create({ name: 'Bitbucket' })).link.id;
    redirectUri = bitbucket.oauth2Client.redirectUri(`${ci.baseUrl}/oauth2/authorize`);
    const { client, secret } = await links.addClient(linkId, {
      ...{ type: 'atlassian', redirectUris: [{ uri: redirectUri }], scopes: ['read', 'build'] },
    });
    rememberSecret(secret ?? '', 'consumer secret');
    clientId = client.clientId;
  });

  const arrive = async (): Promise<Page> => {
    const page = await openPage();
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri },
      ...{ scope: 'build', state: 'state-1', prompt: 'select_account' },
    });
    await page.goto(`${ci.baseUrl}/oauth2/authorize?${query.toString()}`);
    return page;
  };
  const logIn = async (page: Page): Promise<void> => {
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it('leads to the question, and its answer to the peer', async () => {
    const page = await arrive();
    await logIn(page);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL((url) => url.origin === bitbucket.url);
  });

  it('leads to the peer when there is nothing to ask any more', async () => {
    const page = await arrive();
    const [client] = (await ci.server.applinks.links.get(linkId)).clients;
    await ci.server.applinks.links.changeClient(linkId, client?.id ?? '', { scopes: ['read'] });
    await logIn(page);
    await page.waitForURL((url) => url.origin === bitbucket.url);
    expect(bitbucket.oauth2Client.log.at(-1)).to.be.a('string');
  });
});
