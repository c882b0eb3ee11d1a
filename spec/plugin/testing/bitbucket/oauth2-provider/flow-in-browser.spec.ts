/** Registration, consent and revocation at the stand-in in a real browser: `Referer` is what Chromium sends. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectAccessible } from '../../../../support/accessible.js';
import { openPage } from '../../../../support/chromium.js';
import { oauth2App, tokensOf, type OAuth2App } from './oauth2-app.js';

describe('D1: clicking through OAuth 2.0 at the Data Center stand-in', () => {
  let app: OAuth2App;
  const client = createServer((_, response) => response.end('<title>Client</title>back'));
  let callback: string;
  before((done) => {
    client.listen(0, '127.0.0.1', () => {
      callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`;
      done();
    });
  });
  beforeEach(async () => {
    app = await oauth2App({ contextPath: '/bitbucket' });
  });
  afterEach(() => app.stop());
  after(() => client.close().closeAllConnections());

  const logIn = async (page: Page, name: string, password: string): Promise<void> => {
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it('an administrator registers an incoming link', async () => {
    const page = await openPage();
    await page.goto(`${app.standIn.url}/plugins/servlet/applinks/listApplicationLinks`);
    await logIn(page, 'admin', 'sysadmin');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'External application, incoming' }).click();
    await expectAccessible(page);
    await page.getByLabel('Name', { exact: true }).fill('New CI');
    await page.getByLabel('Redirect URL').fill(callback);
    await page.getByLabel('REPO_WRITE').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expectAccessible(page);
    const stored = app.provider.clients().at(-1)!;
    expect(await page.locator('#client-id').innerText()).to.equal(stored.clientId);
    expect(stored.scope).to.deep.equal(['REPO_WRITE']);
  });

  it('a user logs in, changes the account, allows, and takes it back', async () => {
    app.provider.editRedirects(app.client.clientId, [callback]);
    const page = await openPage();
    await page.goto(app.authorizeUrl({ redirect_uri: callback }));
    await logIn(page, 'ben', 'ben');
    expect(await page.locator('#user').innerText()).to.equal('ben');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Not you?' }).click();
    await logIn(page, 'ana', 'ana');
    expect(await page.locator('#user').innerText()).to.equal('ana');
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback/);
    const code = new URL(page.url()).searchParams.get('code')!;
    tokensOf(await app.exchange(code, { redirect_uri: callback }));

    await page.goto(app.standIn.url);
    await page.getByRole('link', { name: 'What you authorised over OAuth 2.0' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Revoke access of Sample CI' }).click();
    expect(await page.getByText('You have let no application in').isVisible()).to.equal(true);
    expect(app.provider.tokens()).to.be.empty;
  });

  it('a user denies', async () => {
    app.provider.editRedirects(app.client.clientId, [callback]);
    const page = await openPage();
    await page.goto(app.authorizeUrl({ redirect_uri: callback }));
    await logIn(page, 'ana', 'ana');
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForURL(/\/callback/);
    expect(new URL(page.url()).searchParams.get('error')).to.equal('access_denied');
  });
});
