/** What users see of what they have allowed, and how it ends: their own list, and the administrator's of all. */
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { browserOf, locationOf } from '../../support/consent.js';
import { minuteMs, TestClock } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { registerConsumer, type RegisteredConsumer } from '../../support/register-consumer.js';
import type { AccessCredentials } from '../../support/test-consumer.js';
import { grantAccess } from './granted-access.js';

const mine = '/applinks/tokens';
const all = '/applinks/admin/tokens';

describe('The pages of granted access', () => {
  let app: KitApp;
  let consumer: RegisteredConsumer;
  beforeEach(async () => {
    app = await startKitApp();
    consumer = await registerConsumer(app, { name: 'Bitbucket <b>West</b>' });
  });
  afterEach(() => app.close());

  const status = async (credentials: AccessCredentials, as = consumer): Promise<number> =>
    (await as.call('POST', '/job/demo/build', credentials)).status;
  const open = async (user: string, path: string): Promise<[MiniBrowser, Page]> => {
    const browser = await browserOf(app.baseUrl, user);
    return [browser, await browser.get(app.baseUrl + path)];
  };
  /** Presses the first button with this label, wherever it is. */
  const press = async (browser: MiniBrowser, page: Page, label: RegExp): Promise<Page> => {
    const at = page.forms.findIndex((form) => form.buttons.some((button) => label.test(button.label)));
    if (at === -1) throw new Error(`no button ${String(label)} on ${page.url}`);
    return browser.submit(page, { form: at });
  };
  const follow = async (browser: MiniBrowser, page: Page): Promise<Page> =>
    browser.get(new URL(locationOf(page), app.baseUrl).href);
  const countOf = (page: Page): number => page.text.match(/role="rowheader"/g)?.length ?? 0;

  describe('of a user', () => {
    it('say so when there is nothing', async () => {
      const [, page] = await open('ana', mine);
      expect(page.text).to.include('You have not given any application access');
      expect(page.forms).to.be.empty;
    });

    it('tell application, permissions, and times in a form that machines read', async () => {
      const granted = await grantAccess(app, consumer, 'ana');
      expect(await status(granted)).to.equal(201);
      const [, page] = await open('ana', mine);
      expect(page.text).to.include('Bitbucket &lt;b&gt;West&lt;/b&gt;').and.not.to.include('<b>West');
      expect(page.text).to.include('Start and stop builds').and.not.to.include('Never');
      const times = [...page.text.matchAll(/<time datetime="([^"]+)"/g)].map(([, time]) => Date.parse(time!));
      expect(times).to.have.length(3);
      expect(times[0]! - Date.now()).to.be.within(-minuteMs, 1);
      expect(times[1]! - Date.now()).to.be.within(-minuteMs, 1);
      expect((times[2]! - times[0]!) / (24 * 60 * minuteMs)).to.be.closeTo(365, 0.1);
    });

    it('hold nobody else’s, and no token or secret', async () => {
      const granted = await grantAccess(app, consumer, 'rob');
      const [, page] = await open('ana', mine);
      expect(countOf(page)).to.equal(0);
      const [, own] = await open('rob', mine);
      expect(countOf(own)).to.equal(1);
      for (const secret of Object.values(granted)) expect(own.text).not.to.include(secret);
    });

    it('revoke one, which ends at once while the others live', async () => {
      const other = await registerConsumer(app, { name: 'Jira' });
      const kept = await grantAccess(app, consumer, 'ana');
      const revoked = await grantAccess(app, other, 'ana');
      const [browser, page] = await open('ana', mine);
      const answer = await press(browser, page, /access of Jira/);
      expect(answer.status).to.equal(303);
      const after = await follow(browser, answer);
      expect(after.text).to.include('The access is revoked.');
      expect(countOf(after)).to.equal(1);
      expect(await status(revoked, other)).to.equal(401);
      expect(await status(kept)).to.equal(201);
    });

    it('revoke all of the user’s, and nobody else’s', async () => {
      const ana = [await grantAccess(app, consumer, 'ana'), await grantAccess(app, consumer, 'ana')];
      const admin = await grantAccess(app, consumer, 'admin');
      const [browser, page] = await open('ana', mine);
      const after = await follow(browser, await press(browser, page, /^Revoke all$/));
      expect(after.text).to.include('All of the access is revoked.');
      for (const one of ana) expect(await status(one)).to.equal(401);
      expect(await status(admin)).to.equal(201);
    });

    it('answer a second submit with a page that says it is gone', async () => {
      await grantAccess(app, consumer, 'ana');
      const [browser, page] = await open('ana', mine);
      await press(browser, page, /access of/);
      const again = await press(browser, page, /access of/);
      expect(again.status).to.equal(404);
      expect(again.text).to.include('Reload the list');
      const everything = await press(browser, page, /^Revoke all$/);
      expect((await follow(browser, everything)).text).to.include('There was nothing to revoke.');
    });

    it('do not revoke what belongs to somebody else, though its form token be right', async () => {
      const foreign = await grantAccess(app, consumer, 'rob');
      const [token] = await app.store.accessTokens.list({ userId: 'id-rob' }, { limit: 1, offset: 0 });
      // An administrator's form for it has the same purpose and user; only the path decides whose it must be.
      const [browser, page] = await open('admin', all);
      const form = page.forms.findIndex(({ action }) => action.endsWith(`${token!.id}/revoke`));
      const fields = Object.fromEntries(page.forms[form]!.fields);
      const answer = await browser.post(`${app.baseUrl}${mine}/${token!.id}/revoke`, fields);
      expect(answer.status).to.equal(404);
      expect(await status(foreign)).to.equal(403);
    });

    it('show fixed sentences only, whatever the address says', async () => {
      for (const done of ['<script>', 'constructor', 'toString', '__proto__']) {
        const [, page] = await open('ana', `${mine}?done=${encodeURIComponent(done)}`);
        expect(page.status).to.equal(200);
        expect(page.text).not.to.include('role="status"');
      }
    });
  });

  describe('of an administrator', () => {
    it('list everybody’s, by name', async () => {
      await grantAccess(app, consumer, 'ana');
      await grantAccess(app, consumer, 'rob');
      const [, page] = await open('admin', all);
      expect(countOf(page)).to.equal(2);
      expect(page.text)
        .to.match(/data-label="User">ana</)
        .and.match(/data-label="User">rob</);
    });

    it('say whose account no longer exists, and find what it left by its id', async () => {
      await grantAccess(app, consumer, 'ana');
      app.host.users.delete('id-ana');
      const [, page] = await open('admin', `${all}?user=id-ana`);
      expect(page.text).to.include('id-ana (account no longer exists)');
      expect(countOf(page)).to.equal(1);
    });

    it('filter by application and by user, together and alone', async () => {
      const jira = await registerConsumer(app, { name: 'Jira' });
      await grantAccess(app, consumer, 'ana');
      await grantAccess(app, jira, 'ana');
      await grantAccess(app, jira, 'rob');
      const count = async (query: string): Promise<number> => countOf((await open('admin', all + query))[1]);
      expect(await count('')).to.equal(3);
      expect(await count('?link=&user=')).to.equal(3);
      expect(await count(`?link=${jira.linkId}`)).to.equal(2);
      expect(await count('?user=ana')).to.equal(2);
      expect(await count(`?link=${jira.linkId}&user=ana`)).to.equal(1);
      expect(await count('?user=nobody')).to.equal(0);
      expect(await count('?link=no-such-link')).to.equal(0);
    });

    it('revoke anybody’s, and come back to the same filter', async () => {
      const granted = await grantAccess(app, consumer, 'rob');
      const [browser, page] = await open('admin', `${all}?user=rob`);
      const answer = await press(browser, page, /access of .* as rob/);
      expect(new URL(locationOf(answer), app.baseUrl).searchParams.get('user')).to.equal('rob');
      expect((await follow(browser, answer)).text).to.include('The access is revoked.');
      expect(await status(granted)).to.equal(401);
    });

    it('revoke all of one application, and leave the others', async () => {
      const jira = await registerConsumer(app, { name: 'Jira' });
      const kept = await grantAccess(app, consumer, 'ana');
      const gone = [await grantAccess(app, jira, 'ana'), await grantAccess(app, jira, 'admin')];
      const [browser, page] = await open('admin', `${all}?link=${jira.linkId}`);
      await press(browser, page, /^Revoke all that match$/);
      for (const one of gone) expect(await status(one, jira)).to.equal(401);
      expect(await status(kept)).to.equal(201);
    });

    it('have no button that revokes everything of everybody, and refuse such a form', async () => {
      const granted = await grantAccess(app, consumer, 'ana');
      const [, page] = await open('admin', all);
      expect(page.text).not.to.include('Revoke all');
      const [browser, filtered] = await open('admin', `${all}?user=ana`);
      const form = filtered.forms.findIndex(({ action }) => action.endsWith('revoke-all'));
      const answer = await browser.submit(filtered, { form, fields: { link: '', user: ' ' } });
      expect(answer.status).to.equal(400);
      expect(await status(granted)).to.equal(201);
    });

    it('show a hostile filter as text', async () => {
      const [, page] = await open(
        'admin',
        `${all}?user=${encodeURIComponent('"><script>alert(1)</script>')}`,
      );
      expect(page.text).to.include('&#34;&gt;&lt;script&gt;').and.not.to.include('<script>alert');
    });
  });

  describe('with more than fit on one page', () => {
    it('lead to the older ones and back, and keep the filter on the way', async () => {
      await grantAccess(app, consumer, 'ana');
      const [oldest] = await app.store.accessTokens.list({}, { limit: 1, offset: 0 });
      await Promise.all(Array.from({ length: 52 }, () => grantAccess(app, consumer, 'ana')));
      const [browser, page] = await open('admin', `${all}?user=ana`);
      expect(countOf(page)).to.equal(50);
      const next = /rel="next" href="([^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
      expect(next).to.include('user=ana');
      const older = await browser.get(app.baseUrl + next);
      expect(countOf(older)).to.equal(3);
      expect(older.text).to.include('rel="prev"').and.not.to.include('rel="next"');
      expect(older.text).to.include(oldest!.id);
      expect(page.text).not.to.include(oldest!.id);
    });

    it('take a nonsense page number for the first, and say when a page is empty', async () => {
      await grantAccess(app, consumer, 'ana');
      for (const page of ['0', '-1', 'x', '1e9', '']) {
        expect(countOf((await open('ana', `${mine}?page=${page}`))[1])).to.equal(1);
      }
      const [, beyond] = await open('ana', `${mine}?page=7`);
      expect(beyond.text).to.include('This page of the list is empty').and.include('rel="prev"');
    });
  });

  it('mark what has expired', async () => {
    const clock = new TestClock();
    const aged = await startKitApp({ options: { clock: clock.now } });
    try {
      const short = await registerConsumer(aged, { accessTokenLifetimeMs: minuteMs });
      await grantAccess(aged, short, 'ana');
      clock.advance(2 * minuteMs);
      const page = await (await browserOf(aged.baseUrl, 'ana')).get(aged.baseUrl + mine);
      expect(page.text).to.match(/data-label="Expires">Expired/);
    } finally {
      await aged.close();
    }
  });
});
