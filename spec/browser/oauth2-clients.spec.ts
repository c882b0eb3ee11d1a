/**
 * An administrator registers a client of OAuth 2.0 in a real Chromium, by the steps of oauth2.md 5.2: credentials with a
 * placeholder, the values copied, the redirect URI corrected, a new secret; and sees how far the peer came. Each page is
 * held against axe in light, dark and on a phone.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../support/accessible.js';
import { openPage, screenshots } from '../support/chromium.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { TestClient } from '../support/oauth2-client.js';
import { rememberSecret } from '../support/secrets.js';

describe('Clients of OAuth 2.0 in Chromium', function () {
  this.timeout(60_000);
  let app: KitApp;
  let linkId: string;
  let page: Page;

  before(async () => {
    const scopes = { build: 'Start and stop builds', read: 'See builds and their logs' };
    app = await startKitApp({ mount: 'path', options: { scopes } });
    const displayUrl = 'https://bitbucket.example.com/bitbucket';
    const { link } = await app.applinks.links.create({ name: 'Bitbucket', type: 'stash', displayUrl });
    linkId = link.id;
    page = await openPage();
    await page.goto(`${app.baseUrl}/login?user=admin&returnTo=/ci/applinks/admin/links/${linkId}`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(async () => {
    await page.context().close();
    await app.close();
  });

  const look = async (name: string): Promise<void> => {
    await screenshots(page, `oauth2-${name}`);
    await expectAccessible(page);
  };
  const copied = async (label: string): Promise<unknown> => {
    await page.getByRole('button', { name: `Copy ${label}`, exact: true }).click();
    await page.getByRole('button', { name: `Copied ${label}`, exact: true }).waitFor();
    return page.evaluate('navigator.clipboard.readText()');
  };

  it('are created with a placeholder, and every value is copied by its button', async () => {
    await page.getByRole('link', { name: 'Create OAuth 2.0 credentials' }).click();
    await look('client-new');
    await page.getByLabel('Redirect URI', { exact: true }).fill('https://bitbucket.example.com');
    await page.getByLabel('Placeholder: nobody is sent there', { exact: true }).check();
    await page.getByRole('button', { name: 'Create credentials' }).click();
    await look('client-new-refused');
    await page.getByRole('alert').getByRole('link').click();
    await page.getByLabel(/Start and stop builds/).check();
    await page.getByLabel(/See builds/).check();
    await page.getByRole('button', { name: 'Create credentials' }).click();
    const secret = rememberSecret((await page.textContent('#client-secret')) ?? '', 'consumer secret');
    await look('client-created');
    const [client] = (await app.applinks.links.get(linkId)).clients;
    for (const [label, value] of [
      ['Client ID', client!.clientId],
      ['Client secret', secret],
      ['Authorization endpoint', `${app.baseUrl}/oauth2/authorize`],
      ['Token endpoint', `${app.baseUrl}/oauth2/token`],
      ['Scope 1', 'build'],
      ['Scope 2', 'read'],
    ] as const)
      expect(await copied(label), label).to.equal(value);
  });

  it('show where the peer was stopped, and take the right redirect URI by one click', async () => {
    const [client] = (await app.applinks.links.get(linkId)).clients;
    const peer = new TestClient(app, linkId, client!, '');
    await peer.openConsent('ana', { redirect_uri: 'https://bitbucket.example.com/other' });
    await page.goto(`${app.baseUrl}/applinks/admin/links/${linkId}`);
    await look('client-refused');
    expect(await page.textContent('.attempt')).to.include('https://bitbucket.example.com/other');
    await page.getByRole('button', { name: 'Use this redirect URI' }).click();
    expect(await page.getByRole('status').textContent()).to.include('saved');
    expect(await page.getByText('placeholder, not usable').count()).to.equal(0);
  });

  it('take a second redirect URI', async () => {
    await page.getByRole('link', { name: /^Edit Atlassian link/ }).click();
    await page.getByLabel('Another redirect URI').fill('https://bitbucket.example.com/second');
    await look('client-edit');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByText('usable', { exact: true }).count()).to.equal(2);
  });

  it('get a new secret, which is shown once and works, and show the whole way of the peer', async () => {
    await page.getByText('Make a new secret').first().click();
    await page.getByLabel('The former secret ends').selectOption('in one hour');
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    const secret = rememberSecret((await page.textContent('#client-secret')) ?? '', 'consumer secret');
    await look('client-rotated');
    const [client] = (await app.applinks.links.get(linkId)).clients;
    await new TestClient(app, linkId, client!, secret).tokens();
    await page.goto(`${app.baseUrl}/applinks/admin/links/${linkId}`);
    expect(await page.getByText('Tokens were issued').count()).to.equal(1);
    expect(await page.content()).not.to.include(secret);
    await look('client');
  });

  it('are in the lists with what was authorised, and are deleted after reading who loses access', async () => {
    await page.goto(`${app.baseUrl}/applinks/admin/tokens`);
    await look('tokens-oauth2');
    await page.goto(`${app.baseUrl}/applinks/admin/links/${linkId}`);
    await page.getByRole('link', { name: /^Delete… Atlassian link/ }).click();
    expect(await page.textContent('main')).to.include('Access is revoked for one user');
    await look('client-delete');
    await page.getByRole('button', { name: 'Delete the credentials' }).click();
    expect(await page.getByRole('status').textContent()).to.include('The client is deleted');
  });
});
