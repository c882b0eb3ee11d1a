/** The pages of what the stand-in hosts in a real browser, which finds them accessible and runs a build from a commit. */
import { expect } from 'chai';
import { expectAccessible } from '../../../../support/accessible.js';
import { openPage } from '../../../../support/chromium.js';
import { buildPath, hostedPair, type HostedPair } from './hosted-pair.js';

describe('clicking through a repository of the stand-in', () => {
  let pair: HostedPair;

  beforeEach(async () => {
    pair = await hostedPair();
    await pair.tell('INPROGRESS');
  });
  afterEach(() => pair.stop());

  it('a user finds the commit, authorises the build server and runs the build again', async () => {
    const page = await openPage();
    await page.goto(`${pair.standIn.url}/projects/SHOP`);
    await page.getByLabel('User name').fill('ben');
    await page.getByLabel('Password').fill('ben');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'widget' }).click();
    await page.getByRole('link', { name: 'feature/a' }).click();
    await expectAccessible(page);
    await page.getByRole('link', { name: pair.commit.slice(0, 11) }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Run build again' }).click();
    await page.getByRole('link', { name: 'Authorise' }).click();
    expect(page.url()).to.equal(pair.commitUrl);
    await page.getByRole('button', { name: 'Run build again' }).click();
    expect(await page.getByRole('heading').textContent()).to.equal('The build was started');
    expect(pair.provider.to(`${buildPath}/build`)).to.have.lengthOf(1);
  });

  it('an administrator sees webhooks and pull requests', async () => {
    const { repository, standIn } = pair;
    await standIn.pullRequests.open({ repository, from: 'feature/a', user: 'ana' });
    const events = ['repo:refs_changed', 'pr:opened', 'pr:from_ref_updated', 'mirror:repo_synchronized'];
    const url = `${pair.provider.url}/bitbucket-server-webhook/trigger/4711`;
    const hook = standIn.webhooks.register(repository, {
      name: '6367c48dd193d56ea7b0baad25b19455e529f5ee',
      url,
      events,
    });
    await standIn.webhooks.ping(hook.id);
    const page = await openPage();
    await page.goto(`${standIn.url}/plugins/servlet/webhooks/projects/SHOP/repos/widget`);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('sysadmin');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Pull requests' }).click();
    await page.getByRole('link', { name: '#1' }).click();
    await expectAccessible(page);
  });
});
