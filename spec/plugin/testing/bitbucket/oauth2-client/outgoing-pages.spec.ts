/** The pages of outgoing links in a real browser, from *Create link* to a green test, and a feature that uses one. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../../../../support/accessible.js';
import { openPage } from '../../../../support/chromium.js';
import { endpoints, outgoingPair, refusal, tokens, type OutgoingPair } from './outgoing-pair.js';

const listPath = '/plugins/servlet/applinks/listApplicationLinks';

describe('5.4: outgoing links for people', () => {
  let pair: OutgoingPair;
  let page: Page;
  beforeEach(async () => {
    pair = await outgoingPair();
    page = await openPage();
  });
  afterEach(() => pair.stop());

  async function logIn(path: string, user = 'admin', password = 'sysadmin'): Promise<void> {
    await page.goto(pair.standIn.url + path);
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  it('create an external application, outgoing, with provider Custom, and test it', async () => {
    pair.client.remove(pair.id);
    const { authorizationEndpoint, tokenEndpoint } = pair.link;
    await logIn(listPath);
    await page.getByRole('link', { name: 'Outgoing OAuth 2.0 links' }).click();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Create link' }).click();
    await page.getByLabel('Provider').selectOption({ label: 'Custom' });
    await page.getByLabel('Authorization endpoint').fill(authorizationEndpoint);
    await page.getByRole('button', { name: 'Show the redirect URL' }).click();
    expect(await page.locator('#redirect-url').count(), 'one endpoint is missing').to.equal(0);
    await page.getByLabel('Token endpoint').fill(tokenEndpoint);
    await page.getByRole('button', { name: 'Show the redirect URL' }).click();
    expect(await page.locator('#redirect-url').textContent()).to.equal(
      pair.client.redirectUri(authorizationEndpoint),
    );
    await page.getByLabel('Name').fill('Sample CI');
    await page.getByLabel('Client ID').fill('client-1');
    await page.getByLabel('Client secret').fill('s3cret');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.locator('#scopes-error').textContent()).to.include('at least one scope');
    await expectAccessible(page);
    await page.getByLabel('Client secret').fill('s3cret');
    await page.getByLabel('Scopes').fill('build, read');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByRole('cell', { name: 'http://127.0.0.1', exact: false }).first().innerText())
      .to.include('Sample CI\nhttp://127.0.0.1')
      .and.not.to.include(new URL(authorizationEndpoint).port);
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Test connection Sample CI' }).click();
    expect(await page.locator('#test-result').textContent()).to.equal('The connection works.');
    await expectAccessible(page);
    await page.reload();
    expect(await page.locator('#test-result').count()).to.equal(0);
    expect(pair.client.configs()[0]).to.deep.include({ scopes: ['build', 'read'], type: 'generic' });
  });

  it('edit without touching the secret, show what the other side says, and delete', async () => {
    await logIn('/plugins/servlet/oauth2/outgoing');
    await page.getByRole('link', { name: 'Edit Our CI' }).click();
    expect(await page.getByLabel('Client secret').inputValue()).to.equal('');
    await page.getByLabel('Scopes').fill('read');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(pair.client.configs()[0]).to.deep.include({ scopes: ['read'], clientSecret: 'secret & 1' });
    pair.remote.replies[endpoints.token] = refusal('<b>The secret is wrong.</b>', 401);
    await page.getByRole('button', { name: 'Test connection Our CI' }).click();
    expect(await page.locator('#test-error').textContent()).to.equal('<b>The secret is wrong.</b>');
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.getByRole('button', { name: 'Delete Our CI' }).click();
    expect(pair.client.configs()).to.deep.equal([]);
  });

  it('let a feature act for a user', async () => {
    await logIn(`/plugins/servlet/oauth2/feature/${pair.id}`, 'ana', 'ana');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Authorise' }).click();
    const id = (await page.locator('#token-id').textContent()) ?? '';
    expect(pair.client.token(id)).to.include({ user: 'ana', accessToken: 'at-1', status: 'UNKNOWN' });
    pair.remote.replies[endpoints.token] = tokens({ refresh_token: undefined, expires_in: 0 });
    await page.getByRole('button', { name: 'Authorise' }).click();
    expect(await page.locator('#problem').textContent()).to.include('cannot be stored');
    await expectAccessible(page);
  });

  it('are for system administrators, with the form token of their session', async () => {
    const path = '/plugins/servlet/oauth2/outgoing';
    expect((await (await pair.standIn.as('boss')).get(pair.standIn.url + path)).status).to.equal(403);
    const admin = await pair.standIn.as('admin');
    const forged = await admin.post(`${pair.standIn.url}${path}/delete/${pair.id}`, {});
    expect(forged.status).to.equal(403);
    expect((await admin.get(`${pair.standIn.url}${path}/edit/unknown`)).status).to.equal(404);
    expect(pair.client.configs()).to.have.length(1);
  });
});
