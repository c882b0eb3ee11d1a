/** The linking pages in a real browser, and two stand-ins that link to each other through them. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { bitbucketStandIn } from '../../../../../plugin/testing/index.js';
import { expectAccessible } from '../../../../support/accessible.js';
import { openPage } from '../../../../support/chromium.js';
import { createLink, remotePair, type RemotePair } from './scripted-remote.js';

const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const listPath = '/plugins/servlet/applinks/listApplicationLinks';

async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password').fill('sysadmin');
  await page.getByRole('button', { name: 'Log in' }).click();
}

describe('c5: linking pages of the stand-in', () => {
  it('link two stand-ins with each other, a person confirming once on each side', async () => {
    const starter = bitbucketStandIn();
    const other = bitbucketStandIn({ hostname: 'localhost', product: 'confluence', contextPath: '/wiki' });
    await Promise.all([starter.start(), other.start()]);
    try {
      const page = await openPage();
      await logIn(page, starter.url + listPath);
      await page.getByRole('link', { name: 'Create link' }).click();
      await expectAccessible(page);
      await page.getByLabel('Application URL').fill(other.url);
      await page.getByRole('button', { name: 'Continue' }).click();
      expect(await page.locator('#found').textContent()).to.include('Confluence, confluence');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create the link' }).click();

      expect(page.url()).to.include(`${other.url}/login`);
      await page.getByLabel('User name').fill('admin');
      await page.getByLabel('Password').fill('sysadmin');
      await page.getByRole('button', { name: 'Log in' }).click();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create the other half' }).click();

      expect(page.url()).to.include(
        `${starter.url}/plugins/servlet/applinks/auth/conf/oauth/add-consumer-by-url/`,
      );
      expect(await page.locator('#incoming').textContent()).to.equal('Confluence may call us.');
      await page.getByRole('link', { name: 'Back to the list' }).click();
      expect(await page.getByRole('cell', { name: 'two-way' }).isVisible()).to.equal(true);
      await expectAccessible(page);
      for (const [side, remote] of [
        [starter, other],
        [other, starter],
      ] as const) {
        const link = side.link(remote.serverId);
        expect(link?.rpcUrl).to.equal(remote.url);
        expect(side.linking.levels(remote.serverId)).to.deep.equal({ incoming: on, outgoing: on });
        expect(side.consumers.get(remote.host.consumerKey)?.linkId).to.equal(remote.serverId);
        const status = await side.linking.status(remote.serverId);
        expect(status.error, 'the other side has a status API or is asked otherwise').to.equal(undefined);
      }
    } finally {
      await Promise.all([starter.stop(), other.stop()]);
    }
  });

  describe('with a remote made by hand', () => {
    let pair: RemotePair;
    beforeEach(async () => (pair = await remotePair()));
    afterEach(() => pair.stop());

    it('are accessible where nothing is found, and where a link is tested', async () => {
      const page = await openPage();
      await logIn(page, `${pair.standIn.url}/plugins/servlet/applinks/createLink`);
      await page.getByLabel('Application URL').fill('http://127.0.0.1:1');
      await page.getByRole('button', { name: 'Continue' }).click();
      await expectAccessible(page);
      await createLink(pair);
      await page.goto(pair.standIn.url + listPath);
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Test' }).click();
      expect(await page.locator('#status').textContent()).to.equal('GENERIC_LINK');
      await expectAccessible(page);
    });

    it('show the other side’s own page in a frame, and nothing when it refuses', async () => {
      const id = await createLink(pair);
      const path = `/plugins/servlet/applinks/auth/conf/oauth/add-consumer-by-url/${pair.standIn.serverId}`;
      pair.remote.replies[path] = {
        headers: { 'Content-Type': 'text/html' },
        body: '<p id="framed">hello</p>',
      };
      const page = await openPage();
      const url = `${pair.standIn.url}/plugins/servlet/applinks/configureLink?applicationLinkID=${id}`;
      await logIn(page, url);
      expect(await page.frameLocator('iframe').locator('#framed').textContent()).to.equal('hello');
      const asked = pair.remote.to(path)[0];
      expect(Object.fromEntries(asked?.query ?? [])).to.deep.equal({
        uiposition: 'remote',
        hostUrl: pair.standIn.url,
        outgoing2LOEnabled: 'false',
        outgoing2LOiEnabled: 'false',
      });
      pair.remote.replies[path] = {
        headers: { 'Content-Type': 'text/html', 'X-Frame-Options': 'DENY' },
        body: '<p id="framed">hello</p>',
      };
      await page.reload();
      expect(await page.frameLocator('iframe').locator('#framed').count()).to.equal(0);
    });
  });
});
