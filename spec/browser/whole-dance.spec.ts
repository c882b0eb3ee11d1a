/**
 * The main job in a real Chromium, between the sample CI server with helmet's strict policies and the Bitbucket
 * stand-in: an administrator makes the consumer and pastes its values over there, a user authorises and starts a build.
 */
import { expect } from 'chai';
import { bitbucketStandIn, type BitbucketStandIn } from 'express-applinks/testing';
import type { Page } from 'playwright-core';
import { startCi, adminPassword, type TestCi } from '../sample-app/support/test-ci.js';
import { temporaryFolder } from '../sample-app/support/temporary-folder.js';
import { openPage } from '../support/chromium.js';
import { rememberSecret } from '../support/secrets.js';

describe('The whole dance in Chromium', () => {
  const folder = temporaryFolder(async () => {
    await ci.close();
    await bitbucket.stop();
  });
  let ci: TestCi;
  let bitbucket: BitbucketStandIn;
  let pasted: Record<string, string>;

  before(async () => {
    // Another site than the CI server's 127.0.0.1, so that the redirect after consent crosses origins.
    bitbucket = bitbucketStandIn({ hostname: 'localhost' });
    await bitbucket.start();
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    await Promise.all([ci.as('developer'), ci.as('reader')]);
  });

  const logInToCi = async (page: Page, name: string): Promise<void> => {
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  const logInToBitbucket = async (page: Page, name: string, password: string): Promise<void> => {
    await page.goto(`${bitbucket.url}/login`);
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  const linkId = async (): Promise<string> => {
    const links = await ci.server.applinks.links.list();
    expect(links).to.have.length(1);
    const [entered] = bitbucket.links();
    return entered?.id ?? '';
  };

  it('an administrator registers Bitbucket and sees every value to paste', async () => {
    const page = await openPage();
    await page.goto(`${ci.baseUrl}/applinks/admin`);
    await logInToCi(page, 'admin');
    await page.getByRole('link', { name: 'Create link' }).click();
    await page.getByRole('link', { name: 'Enter by hand' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Bitbucket');
    await page.getByLabel('Consumer key').fill('bitbucket:1');
    await page.getByRole('button', { name: 'Create link' }).click();
    const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
    pasted = {
      'Application URL': await text('application-url'),
      'Application name': await text('application-name'),
      'Service provider name': await text('application-name'),
      'Consumer key': await text('consumer-key'),
      'Shared secret': rememberSecret(await text('secret'), 'consumer secret'),
      'Request token URL': await text('request-token-url'),
      'Access token URL': await text('access-token-url'),
      'Authorize URL': await text('authorize-url'),
    };
    expect(pasted['Application URL']).to.equal(ci.baseUrl);
    expect(pasted['Authorize URL']).to.equal('/ci/plugins/servlet/oauth/authorize');
    await page.reload();
    expect(await page.content()).not.to.include(pasted['Shared secret']);
  });

  it('an administrator of Bitbucket enters them there', async () => {
    const page = await openPage();
    await logInToBitbucket(page, 'admin', 'sysadmin');
    await page.getByRole('link', { name: 'Administer application links' }).click();
    for (const [label, value] of Object.entries(pasted)) await page.getByLabel(label).fill(value);
    await page.getByRole('button', { name: 'Create' }).click();
    expect(await linkId()).not.to.equal('');
  });

  it('a user denies, and is told so by Bitbucket', async () => {
    const page = await openPage();
    await logInToBitbucket(page, 'ben', 'ben');
    await page.goto(bitbucket.danceUrl(await linkId()));
    await logInToCi(page, 'reader');
    await page.getByRole('button', { name: 'Deny' }).click();
    expect(new URL(page.url()).host).to.equal(new URL(bitbucket.url).host);
    expect(bitbucket.dances.at(-1)).to.include({ outcome: 'denied', problem: 'permission_denied' });
  });

  it('a user logs in on the way, allows, comes back, and starts a build', async () => {
    const id = await linkId();
    const page = await openPage();
    await logInToBitbucket(page, 'ana', 'ana');
    await page.goto(bitbucket.danceUrl(id));
    await logInToCi(page, 'developer');
    await page.getByRole('button', { name: 'Allow' }).click();
    expect(new URL(page.url()).host).to.equal(new URL(bitbucket.url).host);
    expect(bitbucket.dances.at(-1)).to.include({ outcome: 'connected', user: 'ana' });
    const started = await bitbucket.call(id, 'ana', 'POST', '/job/demo/build');
    expect(started.status, started.body).to.equal(201);
  });

  it('the user finds it under my authorised applications, and ends it', async () => {
    const page = await openPage();
    await page.goto(`${ci.baseUrl}/applinks/tokens`);
    await logInToCi(page, 'developer');
    expect(await page.getByText('Bitbucket').first().isVisible()).to.equal(true);
    await page
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click();
    const refused = await bitbucket.call(await linkId(), 'ana', 'POST', '/job/demo/build');
    expect(refused).to.include({ outcome: 'credentials-required', problem: 'token_rejected' });
  });
});
