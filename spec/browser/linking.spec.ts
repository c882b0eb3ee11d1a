/**
 * A link that makes itself, as administrators on both sides meet it in Chromium: begun here, begun at Bitbucket, tested,
 * its levels changed, an account connected, deleted on both sides. Each new page is held against axe.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../support/accessible.js';
import { openPage, screenshot } from '../support/chromium.js';
import { startPair, type Pair } from '../support/linked-peer.js';

describe('A link that makes itself, in Chromium', function () {
  this.timeout(90_000);
  let pair: Pair;
  let page: Page;
  before(async () => {
    pair = await startPair({ mount: 'path' });
    page = await openPage();
    await page.goto(`${pair.app.baseUrl}/login?user=admin&returnTo=/ci/applinks/admin`);
  });
  after(async () => {
    await page.context().close();
    await pair.close();
  });

  const look = async (name: string): Promise<void> => {
    await expectAccessible(page);
    await screenshot(page, `linking-${name}`);
  };
  const logInThere = async (): Promise<void> => {
    if ((await page.locator('[name=j_username]').count()) === 0) return;
    await page.fill('[name=j_username]', 'admin');
    await page.fill('[name=j_password]', 'sysadmin');
    await page.click('button');
  };
  const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).click();
  const follow = (name: string | RegExp): Promise<void> => page.getByRole('link', { name }).first().click();

  it('begun here: enter the address, confirm, continue at Bitbucket, and back', async () => {
    await follow('Create link');
    await look('create');
    await page.fill('#url', 'http://127.0.0.1:1/nothing');
    await press('Continue');
    await look('create-problem');
    await page.fill('#url', pair.bitbucket.url);
    await press('Continue');
    expect(await page.textContent('dl')).to.include(pair.bitbucket.host.consumerKey);
    await look('create-found');
    await press('Create link');
    await page.waitForURL(/\/bb\//);
    await logInThere();
    await press('Create the other half');
    await page.waitForURL(/\/ci\/applinks\/admin$/);
    expect(await page.textContent('table')).to.include('Two-way');
    await look('list');
  });

  it('is tested by a button, and shown as two arrows', async () => {
    await page.locator('tbody a').first().click();
    await press('Test link');
    await page.getByText('Working.').first().waitFor();
    expect(await page.textContent('.arrows')).to.include('calls Sample CI');
    await look('link');
  });

  it('follows the other side to a new address, and stays where nobody answers', async () => {
    const move = async (rpcUrl: string): Promise<void> => {
      await page.fill('#rpc_url', rpcUrl);
      await press('Save');
    };
    const stored = async (): Promise<string | null> =>
      (await pair.app.applinks.links.list())[0]?.rpcUrl ?? null;
    const { url } = pair.bitbucket;
    await page.getByRole('main').getByRole('link', { name: 'Edit', exact: true }).click();
    await move('http://127.0.0.1:1/nothing');
    await page.getByRole('alert').first().waitFor();
    await look('relocation-refused');
    expect(await stored()).to.equal(url);
    await move(url.replace('127.0.0.1', 'localhost'));
    await page.getByRole('button', { name: 'Test link' }).click();
    await page.getByText('Working.').first().waitFor();
    expect(await stored()).to.equal(url.replace('127.0.0.1', 'localhost'));
    await page.getByRole('main').getByRole('link', { name: 'Edit', exact: true }).click();
    await move(url);
    await page.getByRole('button', { name: 'Test link' }).waitFor();
    expect(await stored()).to.equal(url);
  });

  it('its levels are changed, and a refused name is told at its field', async () => {
    await follow('Change what is allowed');
    await look('levels');
    await page.fill('#executing_user', 'admin');
    await press('Save');
    expect(await page.textContent('#executing_user-problem')).to.include('no administrator');
    await look('levels-problem');
    await page.fill('#executing_user', 'ana');
    await press('Save');
    expect(await page.textContent('.arrows')).to.include('ana');
  });

  it('an account is connected there, and a decline is told', async () => {
    const link = page.url();
    await follow('Connect my account there');
    await logInThere();
    await page.locator('[name=deny]').click();
    expect(await page.textContent('h1')).to.equal('You declined');
    await look('declined');
    await follow('Try again');
    await page.locator('[name=approve]').click();
    expect(await page.textContent('h1')).to.equal('Your account is connected');
    await look('connected');
    await page.goto(link);
  });

  it('is deleted on both sides', async () => {
    await follow('Delete on both sides…');
    await look('delete-both');
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'wrong-one');
    await press('Delete both halves');
    await look('delete-both-problem');
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'sysadmin');
    await press('Delete both halves');
    await page.getByText('The link is deleted').waitFor();
    expect(pair.bitbucket.links()).to.deep.equal([]);
  });

  it('begun here with a password: a wrong one is told, and the key Enter makes both halves', async () => {
    await page.goto(`${pair.app.baseUrl}/applinks/admin/create`);
    await page.fill('#url', pair.bitbucket.url);
    await page.keyboard.press('Enter');
    await page.getByLabel(/with the password/).check();
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'wrong-one');
    await page.keyboard.press('Enter');
    await page.getByText('The link was not made').waitFor();
    await look('create-failed');
    expect(pair.bitbucket.links()).to.deep.equal([]);
    await page.fill('#admin_password', 'sysadmin');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=linked/);
    expect(await page.textContent('#status')).to.include('Working.');
    await look('linked');
    await follow('Delete on both sides…');
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'sysadmin');
    await page.keyboard.press('Enter');
    await page.getByText('The link is deleted').waitFor();
  });

  it('begun at Bitbucket: its administrator is sent here, confirms once, and is back', async () => {
    const { linkId, redirectUrl } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl, {
      trusts: true,
    });
    await page.goto(redirectUrl);
    await look('landing');
    await press('Link the applications');
    await page.waitForURL(/\/bb\//);
    const { outcome } = await pair.bitbucket.linking.callAsApplication(linkId, 'GET', '/whois');
    expect(outcome).to.equal('ok');
  });

  it('its deletion while Bitbucket fails is told, and both halves stay', async () => {
    await page.goto(`${pair.app.baseUrl}/applinks/admin`);
    await page.locator('tbody a').first().click();
    await follow('Delete on both sides…');
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'sysadmin');
    const undo = pair.bitbucket.faults.answer({ path: /./ }, { drop: true });
    await press('Delete both halves');
    expect(await page.getByRole('alert').textContent()).to.include('Nothing was deleted here');
    undo();
    await look('delete-both-down');
    expect([(await pair.app.applinks.links.list()).length, pair.bitbucket.links().length]).to.deep.equal([
      1, 1,
    ]);
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'sysadmin');
    await press('Delete both halves');
    await page.getByText('The link is deleted').waitFor();
  });

  it('with a password: what a failed step leaves behind there is listed with its place', async () => {
    const { faults } = pair.bitbucket;
    const undoConsumer = faults.answer({ path: /authentication\/consumer/ }, { status: 500 });
    const undoDelete = faults.answer({ method: 'DELETE', path: /./ }, { status: 500 });
    await page.goto(`${pair.app.baseUrl}/applinks/admin/create`);
    await page.fill('#url', pair.bitbucket.url);
    await press('Continue');
    await page.getByLabel(/with the password/).check();
    await page.fill('#admin_name', 'admin');
    await page.fill('#admin_password', 'sysadmin');
    await press('Create link');
    await page.getByText('The link was not made').waitFor();
    undoConsumer();
    undoDelete();
    const place = `${pair.bitbucket.url}/plugins/servlet/applinks/listApplicationLinks`;
    expect(await page.getByRole('alert').locator('li').allTextContents()).to.deep.equal([
      `the link to Sample CI, at ${place}`,
    ]);
    await look('create-left');
    expect(await pair.app.applinks.links.list()).to.deep.equal([]);
    await pair.bitbucket.linking.deleteLink(pair.bitbucket.links()[0]!.id);
  });

  it('begun at Bitbucket and not confirmed here: nothing is made here, and the list says so', async () => {
    const { linkId, redirectUrl } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    await page.goto(redirectUrl);
    await page.getByRole('link', { name: /cancel|do not link/i }).click();
    await page.waitForURL(/\/ci\/applinks\/admin/);
    expect(await page.locator('tbody a').count()).to.equal(0);
    await look('landing-declined');
    expect(await pair.app.applinks.links.list()).to.deep.equal([]);
    await pair.bitbucket.linking.deleteLink(linkId);
  });
});
