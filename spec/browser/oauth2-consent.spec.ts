/**
 * The consent page of OAuth 2.0 in a real Chromium: its policy lets the browser go on to the redirect URI on another site,
 * its form passes the checks although it sends no `Referer`, and the warning appears when its time has come.
 */
import { expect } from 'chai';
import express from 'express';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../support/accessible.js';
import { openPage } from '../support/chromium.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { listen, type Listening } from '../support/listen.js';
import { registerClient, tokensOf, type TestClient } from '../support/oauth2-client.js';

describe('The consent page of OAuth 2.0 in Chromium', () => {
  let app: KitApp;
  let peer: Listening;
  let client: TestClient;
  let callback: string;
  const referers: (string | undefined)[] = [];

  before(async () => {
    app = await startKitApp({ mount: 'path' });
    const site = express();
    site.get('/cb', (req, res) => {
      referers.push(req.headers.referer);
      res.send('<h1>Back at the peer</h1>');
    });
    peer = await listen(site);
    // Another site than 127.0.0.1.
    callback = `http://localhost:${peer.port}/cb`;
    client = await registerClient(app, { type: 'atlassian', redirectUris: [callback] });
  });
  after(async () => {
    await peer.close();
    await app.close();
  });

  const open = async (): Promise<Page> => {
    const page = await openPage();
    await page.goto(`${app.baseUrl}/login?user=ana`);
    await page.goto(client.authorizeUrl());
    return page;
  };

  for (const [button, name] of [
    ['Allow', 'code'],
    ['Deny', 'error'],
  ] as const) {
    it(`${button} leads to the redirect URI, which learns nothing of where it came from`, async () => {
      const page = await open();
      await page.getByRole('button', { name: button }).click();
      await page.waitForURL(`${callback}?**`);
      const answer = new URL(page.url()).searchParams;
      expect([...answer.keys()]).to.include.members([name, 'state', 'iss']);
      expect(referers.at(-1)).to.equal(undefined);
      const code = answer.get('code');
      if (code !== null) expect(tokensOf(await client.exchange(code)).access).to.have.length(43);
    });
  }

  it('is accessible', async () => {
    await expectAccessible(await open());
  });

  it('warns when the peer is about to forget the request', async () => {
    const page = await openPage();
    await page.clock.install();
    await page.goto(`${app.baseUrl}/login?user=ana`);
    await page.goto(client.authorizeUrl());
    const warning = page.getByText('This has taken too long.');
    await page.clock.fastForward(160_000);
    expect(await warning.isVisible()).to.equal(false);
    await page.clock.fastForward(11_000);
    expect(await warning.isVisible()).to.equal(true);
    await expectAccessible(page);
  });

  it('cannot be framed', async () => {
    const page = await openPage();
    await page.goto(`${app.baseUrl}/login?user=ana`);
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await page.setContent(`<iframe src="${client.authorizeUrl().replaceAll('&', '&amp;')}"></iframe>`);
    await page.waitForTimeout(500);
    expect(refused.join('\n')).to.match(/frame-ancestors|X-Frame-Options/);
  });
});
