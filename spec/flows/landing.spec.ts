/** The page to which peers send administrators: what is hostile is refused, and nothing of it is shown (2.4, 10.5). */
import { expect } from 'chai';
import type { MiniBrowser } from 'express-applinks/testing';
import { browserOf, locationOf } from '../support/consent.js';
import { startPair, type Pair } from '../support/linked-peer.js';
import { capturingLogger } from '../support/secrets.js';

describe('The landing page', () => {
  let pair: Pair;
  let admin: MiniBrowser;
  before(async () => {
    pair = await startPair({ mount: 'path' });
    admin = await browserOf(pair.app.baseUrl, 'admin');
  });
  after(() => pair.close());

  const landing = (url: string, id = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'): string => {
    const query = new URLSearchParams({ applinkStartingUrl: url, applinkOriginalCreatedId: id });
    return `${pair.app.baseUrl}/plugins/servlet/applinks/listApplicationLinks?${query.toString()}`;
  };

  it('asks an anonymous visitor to log in, keeping both parameters, and turns a user away', async () => {
    const url = landing(`"${pair.bitbucket.url}"`);
    const anonymous = await (
      await import('express-applinks/testing')
    )
      .createBrowser({ redirects: 0 })
      .get(url);
    const returnTo = new URL(locationOf(anonymous), url).searchParams.get('returnTo')!;
    expect(new URL(returnTo, url).searchParams.get('applinkStartingUrl')).to.equal(`"${pair.bitbucket.url}"`);
    expect((await (await browserOf(pair.app.baseUrl, 'ana')).get(url)).status).to.equal(403);
  });

  for (const quoted of [true, false]) {
    it(`shows who is asking, ${quoted ? 'quoted' : 'unquoted'}, and makes nothing before the confirmation`, async () => {
      const mark = quoted ? '"' : '';
      const page = await admin.get(
        landing(`${mark}${pair.bitbucket.url}${mark}`, `${mark}9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3${mark}`),
      );
      expect(page.status).to.equal(200);
      for (const shown of [
        pair.bitbucket.host.consumerKey,
        pair.bitbucket.url,
        'Incoming:',
        'and in its own name.',
      ])
        expect(page.text).to.include(shown);
      expect(page.header('content-security-policy')).to.include(
        `form-action 'self' ${new URL(pair.bitbucket.url).origin};`,
      );
      expect(await pair.app.applinks.links.list()).to.deep.equal([]);
    });
  }

  for (const hostile of [
    'javascript:alert(document.domain)',
    'data:text/html,<script>alert(1)</script>',
    '"><script>alert(1)</script>',
    'https://evil.example/"onmouseover="x',
    "https://evil.example/'x",
    'https://user:pw@evil.example',
    'https://evil.example/?x=y',
    'https://evil.example/#x',
    '//evil.example',
    'file:///etc/passwd',
    'https://evil.example/\\x',
  ]) {
    it(`refuses ${hostile}, and reflects nothing of it`, async () => {
      const before = pair.bitbucket.received.length;
      const page = await admin.get(landing(hostile));
      expect(page.status).to.equal(400);
      expect(page.text).not.to.include(hostile).and.not.include('evil.example').and.not.include('alert(');
      expect(pair.bitbucket.received.length).to.equal(before);
    });
  }

  it('refuses doubled parameters and an id that is none', async () => {
    const url = landing(pair.bitbucket.url);
    expect((await admin.get(`${url}&applinkStartingUrl=https://evil.example`)).status).to.equal(400);
    expect((await admin.get(landing(pair.bitbucket.url, '<b>'))).status).to.equal(400);
  });

  it('ignores further parameters, whose names alone reach the log', async () => {
    const logged: unknown[] = [];
    const logger = capturingLogger();
    const debug = (fields: object): void => void logged.push(fields);
    const other = await startPair({ options: { logger: { ...logger, debug } } });
    try {
      const query = new URLSearchParams({
        applinkStartingUrl: other.bitbucket.url,
        sharedUserbase: '<b>yes',
      });
      const browser = await browserOf(other.app.baseUrl, 'admin');
      const page = await browser.get(
        `${other.app.baseUrl}/plugins/servlet/applinks/listApplicationLinks?${query.toString()}`,
      );
      expect(page.status).to.equal(200);
      expect(page.text).not.to.match(/sharedUserbase|yes/);
      expect(logged).to.deep.equal([{ parameters: ['sharedUserbase'] }]);
    } finally {
      await other.close();
    }
  });

  it('is the list of links without parameters', async () => {
    const page = await admin.get(`${pair.app.baseUrl}/plugins/servlet/applinks/listApplicationLinks`);
    expect(locationOf(page)).to.equal('/ci/applinks/admin');
  });

  it('says that nobody can be reached there, and goes nowhere that is forbidden', async () => {
    expect((await admin.get(landing('http://127.0.0.1:1'))).status).to.equal(502);
    const forbidden = await admin.get(landing('http://169.254.169.254'));
    expect([forbidden.status, (await pair.app.applinks.links.list()).length]).to.deep.equal([502, 0]);
    expect((await admin.get(landing(pair.app.baseUrl))).text).to.match(/itself/);
  });

  it('sends nobody to an address of the manifest that could be more than an address', async () => {
    const own = pair.bitbucket.url;
    for (const url of [
      'https://a;script-src',
      'https://a,b.example',
      `${own}/?x=y`,
      `${own}/#x`,
      `${own}/"x`,
    ]) {
      const body = JSON.stringify({ id: pair.bitbucket.serverId, name: 'B', typeId: 'stash', url });
      pair.bitbucket.faults.answer(/applinks\/1\.0\/manifest/, {
        body,
        headers: { 'Content-Type': 'application/json' },
        once: true,
      });
      const page = await admin.get(landing(own));
      expect(page.status).to.equal(200);
      expect(page.text).to.include(`Afterwards you are sent back to <span class="host">${own}</span>`);
      expect(page.header('content-security-policy')).to.include(`form-action 'self' ${new URL(own).origin};`);
    }
  });

  it('takes no form that was made for another peer, nor one without its token', async () => {
    const page = await admin.get(landing(pair.bitbucket.url));
    const refused = await admin.submit(page, { fields: { csrf_token: 'x' } });
    expect(refused.status).to.equal(403);
    const elsewhere = await admin.submit(page, {
      fields: { url: pair.bitbucket.url.replace('127.0.0.1', 'localhost') },
    });
    expect(elsewhere.status).to.equal(403);
    const badId = await admin.submit(page, { fields: { created_id: '../../x' } });
    expect(badId.status).to.equal(400);
    expect(await pair.app.applinks.links.list()).to.deep.equal([]);
  });

  it('completes the link that was typed by hand instead of a second one', async () => {
    const { link } = await pair.app.applinks.links.create({
      name: 'Typed',
      type: 'stash',
      displayUrl: `${pair.bitbucket.url}/`,
    });
    const page = await admin.get(landing(pair.bitbucket.url));
    await admin.submit(page);
    const links = await pair.app.applinks.links.list();
    expect(links.map(({ id, applicationId }) => [id, applicationId])).to.deep.equal([
      [link.id, pair.bitbucket.serverId],
    ]);
    await pair.app.applinks.links.remove(link.id);
  });

  it('undoes a new link when its second half fails', async () => {
    const page = await admin.get(landing(pair.bitbucket.url));
    const { links } = pair.app.store;
    const original = Object.getOwnPropertyDescriptor(links, 'update')!;
    let calls = 0;
    const failing: typeof links.update = (link) => {
      calls += 1;
      return calls === 2
        ? Promise.reject(new Error('the disk is full'))
        : (original.value as typeof links.update)(link);
    };
    links.update = failing;
    try {
      expect((await admin.submit(page)).status).to.equal(500);
    } finally {
      Object.defineProperty(links, 'update', original);
    }
    expect(await pair.app.applinks.links.list()).to.deep.equal([]);
  });
});
