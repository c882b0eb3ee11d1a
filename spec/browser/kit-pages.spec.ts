/**
 * The kit's pages in a real Chromium, as people meet them: an administrator who links Bitbucket, a user who allows,
 * denies and revokes, by mouse and by keyboard alone. Each page is held against axe in light, dark and on a phone.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { grantAccess } from '../plugin/admin/granted-access.js';
import { expectAccessible } from '../support/accessible.js';
import { openPage, screenshot } from '../support/chromium.js';
import { consentUrl } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { listen, type Listening } from '../support/listen.js';
import { rememberSecret } from '../support/secrets.js';
import { registerConsumer, type RegisteredConsumer } from '../support/register-consumer.js';

describe('The pages of the kit in Chromium', function () {
  this.timeout(60_000);
  let app: KitApp;
  let bitbucket: RegisteredConsumer;
  let callbacks: Listening;
  let callback: string;

  before(async () => {
    app = await startKitApp({ mount: 'path' });
    bitbucket = await registerConsumer(app, { name: 'Bitbucket' });
    // Another origin than the application's: `localhost`, where that is 127.0.0.1.
    callbacks = await listen((_req, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<!doctype html><html lang="en"><title>Bitbucket</title><h1>Back in Bitbucket</h1></html>');
    });
    callback = `http://localhost:${callbacks.port}/access?id=1`;
  });
  after(async () => {
    await callbacks.close();
    await app.close();
  });

  const logIn = async (user: string, path: string): Promise<Page> => {
    const page = await openPage();
    await page.goto(
      `${app.baseUrl}/login?${new URLSearchParams({ user, returnTo: `/ci${path}` }).toString()}`,
    );
    return page;
  };

  const openConsentPage = async (): Promise<Page> => {
    const { token } = await bitbucket.requestToken(callback);
    const url = new URL(consentUrl(app.baseUrl, token));
    return logIn('ana', url.pathname.replace('/ci', '') + url.search);
  };

  /** Looks at the page in both colours and on a phone, and keeps the pictures. */
  const look = async (page: Page, name: string): Promise<void> => {
    await screenshot(page, `kit-${name}-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    await screenshot(page, `kit-${name}-dark-phone`);
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 800 });
    await expectAccessible(page);
  };

  describe('consent', () => {
    it('is allowed, and the browser arrives at the other origin with a verifier', async () => {
      const page = await openConsentPage();
      await look(page, 'consent');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/localhost/);
      expect(await page.textContent('h1')).to.equal('Back in Bitbucket');
      expect(new URL(page.url()).searchParams.get('oauth_verifier')).to.match(/^[\w-]{22,}$/);
    });

    it('is denied, and the browser arrives there with the word denied', async () => {
      const page = await openConsentPage();
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL(/localhost/);
      expect(new URL(page.url()).searchParams.get('oauth_verifier')).to.equal('denied');
    });

    it('is given by keyboard alone, where the skip link comes first', async () => {
      const page = await openConsentPage();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to the content');
      await page.keyboard.press('Enter');
      const reached: unknown[] = [];
      while (reached.at(-1) !== 'Allow' && reached.length < 10) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate('document.activeElement.textContent.trim()'));
      }
      expect(reached).to.deep.equal(['My authorised applications', 'Allow']);
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).to.equal('solid');
      await page.keyboard.press('Enter');
      await page.waitForURL(/localhost/);
      expect(page.url()).to.include('oauth_verifier=');
    });

    it('without a callback shows a code that the copy button copies', async () => {
      const { token } = await bitbucket.requestToken('oob');
      const url = new URL(consentUrl(app.baseUrl, token));
      const page = await logIn('ana', url.pathname.replace('/ci', '') + url.search);
      await look(page, 'consent-oob');
      await page.getByRole('button', { name: 'Allow' }).click();
      await look(page, 'verifier');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const code = await page.textContent('#verifier');
      expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(code);
      expect(page.url()).not.to.include(code);
    });

    it('that is denied without a callback ends on a page that says so', async () => {
      const { token } = await bitbucket.requestToken('oob');
      const url = new URL(consentUrl(app.baseUrl, token));
      const page = await logIn('ana', url.pathname.replace('/ci', '') + url.search);
      await page.getByRole('button', { name: 'Deny' }).click();
      expect(await page.textContent('h1')).to.equal('Access denied');
      await look(page, 'denied');
    });

    it('that cannot be given ends on a page that says what to do', async () => {
      const page = await openConsentPage();
      await page.goto(consentUrl(app.baseUrl, 'unknown'));
      expect(await page.textContent('main')).to.include('start again');
      await look(page, 'error');
    });
  });

  describe('an administrator', () => {
    it('links Bitbucket, sees every value to paste, and copies them', async () => {
      const page = await logIn('admin', '/applinks/admin');
      await look(page, 'links');
      await page.getByRole('link', { name: 'Create link' }).click();
      await page.getByRole('link', { name: 'Enter by hand' }).click();
      await look(page, 'link-new');
      await page.getByLabel('Name', { exact: true }).fill('Bitbucket West');
      await page.getByLabel('Consumer key').fill('bitbucket west:1');
      await page.getByRole('button', { name: 'Create link' }).click();
      expect(await page.textContent('h1')).to.equal('Bitbucket West');
      await look(page, 'link-created');
      const value = async (id: string): Promise<string | null> => page.textContent(`#${id}`);
      rememberSecret((await value('shared-secret')) ?? '', 'consumer secret');
      expect(await value('application-url')).to.equal(app.baseUrl);
      expect(await value('consumer-key')).to.equal('bitbucket west:1');
      expect(await value('request-token-url')).to.equal('/ci/plugins/servlet/oauth/request-token');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy Authorize URL' }).click();
      await page.getByRole('button', { name: 'Copied Authorize URL' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(
        '/ci/plugins/servlet/oauth/authorize',
      );
      await page.getByRole('link', { name: 'Application links' }).click();
      await page.getByRole('link', { name: 'OAuth credentials of Bitbucket West' }).click();
      expect(await page.content()).not.to.include('id="shared-secret"');
      await look(page, 'link');
    });

    it('sees each mistake at its field and in a summary that leads there', async () => {
      const page = await logIn('admin', '/applinks/admin/links/new');
      await page.getByLabel('Consumer key').fill('kept');
      await page.getByLabel('Callback URL').fill('javascript:alert(1)');
      await page.getByRole('button', { name: 'Create link' }).click();
      await look(page, 'link-new-refused');
      expect(await page.getByLabel('Consumer key').inputValue()).to.equal('kept');
      const [summary] = await page.getByRole('alert').getByRole('link').all();
      await summary!.click();
      expect(await page.evaluate('document.activeElement.id')).to.equal('name');
      expect(await page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).to.equal('true');
    });

    it('sees only the fields that belong to the chosen signature method', async () => {
      const page = await logIn('admin', '/applinks/admin/links/new');
      expect(await page.getByLabel('Public key or certificate').isVisible()).to.equal(false);
      await page.getByLabel(/RSA-SHA1/).check();
      expect(await page.getByLabel('Public key or certificate').isVisible()).to.equal(true);
      expect(await page.getByLabel(/^Shared secret \(/).isVisible()).to.equal(false);
      await page.getByLabel('Only these').check();
      await page.getByLabel('Start and stop builds').check();
      await look(page, 'link-new-rsa');
    });

    it('needs no JavaScript, and sees no button that would need it', async () => {
      const page = await openPage({ javaScriptEnabled: false });
      await page.goto(`${app.baseUrl}/login?user=admin&returnTo=/ci/applinks/admin/links/new`);
      await page.getByLabel('Name', { exact: true }).fill('Plain');
      await page.getByLabel('Consumer key').fill('plain');
      await page.getByRole('button', { name: 'Create link' }).click();
      rememberSecret((await page.textContent('#shared-secret')) ?? '', 'consumer secret');
      expect(await page.getByRole('button', { name: /^Copy/ }).count()).to.equal(0);
      await page.getByText('Replace the shared secret').first().click();
      await page.getByRole('button', { name: 'Replace the shared secret' }).click();
      rememberSecret((await page.textContent('#shared-secret')) ?? '', 'consumer secret');
      expect(await page.textContent('main')).to.include('It is replaced.');
    });

    it('edits and deletes a link after reading what stops working', async () => {
      const { linkId } = await registerConsumer(app, { name: 'Old Bitbucket' });
      const page = await logIn('admin', `/applinks/admin/links/${linkId}/edit`);
      await look(page, 'link-edit');
      await page.getByLabel('Name', { exact: true }).fill('Older Bitbucket');
      await page.getByRole('button', { name: 'Save' }).click();
      expect(await page.getByRole('status').textContent()).to.include('saved');
      await page.getByRole('link', { name: 'Delete…' }).click();
      await look(page, 'link-delete');
      await page.getByRole('button', { name: 'Delete the link' }).click();
      expect(await page.getByRole('link', { name: 'Older Bitbucket' }).count()).to.equal(0);
    });

    it('finds who has allowed what, and revokes it', async () => {
      await grantAccess(app, bitbucket, 'rob');
      const page = await logIn('admin', '/applinks/admin/tokens');
      await look(page, 'tokens-all');
      await page.getByLabel('User name').fill('rob');
      await page.getByRole('button', { name: 'Show' }).click();
      expect(await page.getByRole('row').count()).to.equal(2);
      await page.getByText('Revoke all that match').first().click();
      await look(page, 'tokens-filtered');
      await page.getByRole('button', { name: /^Revoke the access/ }).click();
      expect(await page.textContent('main'))
        .to.include('The access is revoked')
        .and.include('Nothing matches');
    });
  });

  describe('a user', () => {
    it('sees what they have allowed, and revokes it with one click', async () => {
      const granted = await grantAccess(app, bitbucket, 'ana');
      const page = await logIn('ana', '/applinks/tokens');
      await look(page, 'tokens');
      const rows = page.getByRole('row');
      const before = await rows.count();
      await page.getByRole('button', { name: 'Revoke the access of Bitbucket' }).first().click();
      expect(await page.getByRole('status').textContent()).to.include('revoked');
      expect(await rows.count()).to.be.below(before);
      const answer = await bitbucket.call('POST', '/job/demo/build', granted);
      expect(answer.problem).to.equal('token_rejected');
      await look(page, 'tokens-revoked');
    });

    it('revokes everything at once', async () => {
      await grantAccess(app, bitbucket, 'ana');
      await grantAccess(app, await registerConsumer(app, { name: 'Jira' }), 'ana');
      const page = await logIn('ana', '/applinks/tokens');
      await page.getByText('Revoke all of them').click();
      await page.getByRole('button', { name: 'Revoke all' }).click();
      expect(await page.textContent('main')).to.include('You have not given any application access.');
    });
  });
});
