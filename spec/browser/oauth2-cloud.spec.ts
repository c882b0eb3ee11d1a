/**
 * oauth2.md 5.1 in Chromium, with the kit as the client of Atlassian's cloud (4.1): callback URL to the developer console,
 * client ID and secret back, consent with a choice of site, and a call through the API address.
 */
import { expect } from 'chai';
import { cloudStandIn, type CloudStandIn } from 'express-applinks/testing';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { rememberSecret } from '../support/secrets.js';
import { openTwoWindows, type TwoWindows } from '../support/two-windows.js';

describe('OAuth 2.0 with Jira Cloud, in Chromium (5.1)', function () {
  this.timeout(120_000);
  let cloud: CloudStandIn;
  let app: KitApp;
  let windows: TwoWindows;
  before(async () => {
    cloud = cloudStandIn();
    await cloud.start();
    Object.assign(cloud.switches, { sites: ['acme', 'beta'] });
    const { authUrl, apiUrl } = cloud;
    app = await startKitApp({ mount: 'path', options: { cloud: { authUrl, apiUrl } } });
    windows = await openTwoWindows(app.baseUrl, 'cloud');
  });
  after(async () => {
    await windows.close();
    await app.close();
    await cloud.stop();
  });

  it('leads from the address of a site to a call at it', async () => {
    const { page, look, press, follow, copied, stateOf } = windows;
    const site = cloud.sites.find(({ name }) => name === 'beta')!;
    await follow('Create link');
    await follow('Link by OAuth 2.0');
    await page.fill('#url', site.url);
    await press('Continue');
    await look('found');
    await page.getByLabel('Jira Cloud').check();
    await page.fill('#name', 'Jira Cloud');
    await press('Create link');
    await look('guide');
    const registered = cloud.registerApp({
      name: 'Sample CI',
      callbackUrls: [await copied('#callback-url')],
      scopes: ['read:jira-user', 'read:jira-work'],
    });
    await page.fill('#client_id', registered.clientId);
    await page.fill('#client_secret', rememberSecret(registered.clientSecret, 'consumer secret'));
    await press('Save');
    await follow('Test connection');
    await page.getByLabel('User name').fill('ana');
    await page.getByLabel('Password').fill('ana');
    await press('Log in');
    await page.getByLabel('Use the app on').selectOption('beta');
    await press('Accept');
    await page.waitForURL(/oauth2#test-here/);
    expect(await page.textContent('#test-result')).to.include('It works.');
    expect(await stateOf('test-here')).to.equal('done');
    await look('tested');
    const [link] = await app.applinks.links.list();
    const answer = await app.applinks.client(link!.id).as('id-admin')('/rest/api/3/myself');
    expect(answer.status).to.equal(200);
    expect(cloud.received.at(-1)!.path).to.include(`/ex/jira/${site.id}/`);
  });

  it('a refusal there is told on the guide, with what to do', async () => {
    const { page, look, press, follow } = windows;
    await follow('Test connection');
    await press('Cancel');
    await page.waitForURL(/oauth2#test-here/);
    expect(await page.textContent('#test-here')).to.include('gave no access');
    await look('refused');
  });
});
