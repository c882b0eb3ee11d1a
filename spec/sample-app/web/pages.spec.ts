/** The pages in a real Chromium: usable, accessible in every look, under the strict policy, with and without scripts. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../../support/accessible.js';
import { openPage } from '../../support/chromium.js';
import { adminPassword, createUser, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the pages of the CI server in Chromium', function () {
  this.timeout(60_000);
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let refusals: string[] = [];

  before(async () => {
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    const admin = await ci.as('admin');
    await createUser(admin, ci.baseUrl, 'ada', 'developer');
    const form = await admin.get(`${ci.baseUrl}/job/demo/configure`);
    await submit(admin, form, '/configure', { parameters: 'TARGET=staging' });
  });
  afterEach(() => expect(refusals).to.deep.equal([]));

  const visit = async (options: Parameters<typeof openPage>[0] = {}): Promise<Page> => {
    const page = await openPage(options);
    refusals = [];
    page.on('console', (message) => {
      if (message.type() === 'error') refusals.push(message.text());
    });
    page.on('pageerror', (error) => refusals.push(error.message));
    return page;
  };
  const logInAs = async (page: Page, name: string): Promise<void> => {
    await page.goto(`${ci.baseUrl}/login`);
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  };

  it('run a job, show its log as it grows, and its result', async () => {
    const page = await visit();
    await logInAs(page, 'ada');
    await page.getByRole('link', { name: 'demo' }).click();
    await page.getByLabel('TARGET').fill('production');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('heading', { name: 'Build #1' }).waitFor();
    await page.getByText('succeeded', { exact: true }).waitFor();
    expect(await page.locator('#log').textContent()).to.match(/ok {3}greets one[^]*Finished: succeeded\n$/);
    expect(await page.getByText('production').count()).to.equal(1);
    await expectAccessible(page);
  });

  it('are used by keyboard alone', async () => {
    const page = await visit();
    await page.goto(`${ci.baseUrl}/login`);
    await page.locator('[name=name]:focus').waitFor();
    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(adminPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to the content');
    await page.getByRole('link', { name: 'demo' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Run' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Build #\d/ }).waitFor();
  });

  it('work without scripts', async () => {
    const page = await visit({ javaScriptEnabled: false });
    await logInAs(page, 'ada');
    await page.getByRole('link', { name: 'demo' }).click();
    await page.getByRole('button', { name: 'Run' }).click();
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await page.getByText('Finished: succeeded').count()) > 0) break;
      await page.reload();
    }
    expect(await page.locator('#log').textContent()).to.include('ok   greets one');
  });

  it('are accessible in every look', async () => {
    const page = await visit();
    for (const path of ['/', '/login']) {
      await page.goto(`${ci.baseUrl}${path}`);
      await expectAccessible(page);
    }
    await logInAs(page, 'admin');
    const user =
      /\/users\/[\w-]{36}/.exec((await (await ci.as('admin')).get(`${ci.baseUrl}/users`)).text)?.[0] ?? '';
    for (const path of [
      ...['/', '/job/demo', '/jobs/new', '/job/demo/configure', '/job/demo/delete', '/users', user],
      '/settings',
    ]) {
      await page.goto(`${ci.baseUrl}${path}`);
      await expectAccessible(page);
    }
    await page.goto(`${ci.baseUrl}/job/demo/configure`);
    await page.getByLabel('Branch').fill('--x');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    expect(refusals.splice(0)).to.have.length(1);
    await expectAccessible(page);
    await page.goto(`${ci.baseUrl}/nothing`);
    expect(refusals.splice(0)).to.have.length(1);
    await expectAccessible(page);
  });
});
