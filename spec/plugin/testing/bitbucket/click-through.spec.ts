/** The pages of the stand-in in a real browser, as somebody sees them who tries the demonstration by hand. */
import { expect } from 'chai';
import { expectAccessible } from '../../../support/accessible.js';
import { openPage } from '../../../support/chromium.js';
import { linkedPair, type LinkedPair } from './linked-pair.js';
import { paths } from './scripted-provider.js';

describe('clicking through the Bitbucket stand-in', () => {
  let pair: LinkedPair;

  beforeEach(async () => {
    pair = await linkedPair();
    pair.standIn.addBuild({ key: 'demo', jobUrl: `${pair.provider.url}/job/demo/`, linkId: pair.linkId });
    pair.provider.replies['/job/demo/build'] = { status: 201, body: 'queued' };
  });
  afterEach(() => pair.stop());

  it('a user logs in, authorises the application and runs the build again', async () => {
    const page = await openPage();
    await page.goto(pair.standIn.url);
    await page.getByRole('link', { name: 'Log in' }).click();
    await expectAccessible(page);
    await page.getByLabel('User name').fill('ben');
    await page.getByLabel('Password').fill('ben');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByText('not connected').isVisible()).to.equal(true);
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Run build again' }).click();
    await page.getByRole('link', { name: 'Authorise' }).click();
    expect(page.url()).to.equal(`${pair.standIn.url}/`);
    expect(await page.getByText('you are connected').isVisible()).to.equal(true);

    await page.getByRole('button', { name: 'Run build again' }).click();
    expect(await page.getByRole('heading').textContent()).to.equal('The build was started');
    await expectAccessible(page);
    expect(pair.provider.to('/job/demo/build')).to.have.lengthOf(1);
  });

  it('an administrator enters a link by hand', async () => {
    const page = await openPage();
    await page.goto(`${pair.standIn.url}/login`);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('sysadmin');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Administer application links' }).click();
    await expectAccessible(page);
    for (const [label, value] of [
      ['Application URL', 'http://other.example.test'],
      ['Application name', 'Another CI'],
      ['Service provider name', 'Another CI'],
      ['Consumer key', 'other-key'],
      ['Shared secret', 'other-secret'],
      ['Request token URL', paths.requestToken],
      ['Access token URL', paths.accessToken],
      ['Authorize URL', paths.authorize],
    ] as const) {
      await page.getByLabel(label).fill(value);
    }
    await page.getByRole('button', { name: 'Create' }).click();
    expect(await page.getByRole('cell', { name: 'Another CI' }).isVisible()).to.equal(true);
  });

  it('a failed authorisation shows the problem', async () => {
    pair.provider.replies[paths.requestToken] = {
      status: 401,
      headers: { 'WWW-Authenticate': 'OAuth oauth_problem="consumer_key_unknown"' },
    };
    const page = await openPage();
    await page.goto(pair.standIn.danceUrl(pair.linkId));
    await page.getByLabel('User name').fill('ana');
    await page.getByLabel('Password').fill('ana');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.locator('#oauth-problem').textContent()).to.equal('consumer_key_unknown');
    await expectAccessible(page);
  });
});
