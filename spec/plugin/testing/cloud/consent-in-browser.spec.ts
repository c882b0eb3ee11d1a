/** Login and consent of the cloud stand-in in a real browser. */
import { expect } from 'chai';
import { expectAccessible } from '../../../support/accessible.js';
import { openPage } from '../../../support/chromium.js';
import { cloudUser } from './cloud-app.js';

describe('C1: clicking through the consent of the cloud', () => {
  it('a user logs in, chooses a site and accepts, while another session of the same host lives on', async () => {
    const user = await cloudUser();
    Object.assign(user.cloud.switches, { sites: ['acme', 'beta'], grantsOneSite: true });
    const page = await openPage();
    await page.context().addCookies([{ name: 'BITBUCKETSESSIONID', value: 'x', url: user.callbackUrl }]);
    await page.goto(user.authorizeUrl());
    await page.getByLabel('User name').fill('ana');
    await page.getByLabel('Password').fill('ana');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByText('asks for access to your account').isVisible()).to.equal(true);
    await expectAccessible(page);
    await page.getByLabel('Use the app on').selectOption('beta');
    await page.getByRole('button', { name: 'Accept' }).click();
    const { searchParams } = new URL(page.url());
    expect((await user.redeem(searchParams.get('code') ?? '')).status).to.equal(200);
    expect(user.cloud.grants().map(({ siteName }) => siteName)).to.deep.equal(['beta']);
    const kept = (await page.context().cookies()).find(({ name }) => name === 'BITBUCKETSESSIONID');
    expect(kept?.value).to.equal('x');
    await user.stop();
  });
});
