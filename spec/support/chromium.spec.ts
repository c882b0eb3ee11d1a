import { expect } from 'chai';
import { existsSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAccessible } from './accessible.js';
import { countProfiles, launchChromium, openPage, screenshot } from './chromium.js';

const pages: Record<string, string> = {
  '/good': `<!doctype html><html lang="en"><head><title>Good</title><meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark"></head>
    <body><main><h1>Builds</h1><p>All is well.</p><img src="/x.png" alt="A green light"></main></body></html>`,
  '/no-alt': `<!doctype html><html lang="en"><head><title>No alt</title><meta name="viewport" content="width=device-width"></head>
    <body><main><h1>Builds</h1><img src="/x.png"></main></body></html>`,
  '/dim-in-dark': `<!doctype html><html lang="en"><head><title>Dim</title><meta name="viewport" content="width=device-width">
    <style>@media (prefers-color-scheme: dark) { body { background: #111; color: #333 } }</style></head>
    <body><main><h1>Builds</h1></main></body></html>`,
  '/too-wide': `<!doctype html><html lang="en"><head><title>Wide</title><meta name="viewport" content="width=device-width"></head>
    <body><main><h1>Builds</h1><div style="width: 700px">wide</div></main></body></html>`,
};

describe('Chromium for the browser specs', () => {
  let server: Server;
  let origin: string;

  before(async () => {
    server = createServer((request, response) => {
      const html = pages[request.url ?? ''];
      response.setHeader(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
      );
      response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => new Promise((resolve) => server.close(resolve)));

  it('opens a page of ours and finds nothing to complain of', async () => {
    const page = await openPage();
    await page.goto(`${origin}/good`);
    expect(await page.textContent('h1')).to.equal('Builds');
    await expectAccessible(page);
  });

  it('starts every page in a fresh profile', async () => {
    const first = await openPage();
    await first.goto(`${origin}/good`);
    await first.context().addCookies([{ name: 'seen', value: 'yes', url: origin }]);
    const second = await openPage();
    expect(await second.context().cookies()).to.be.empty;
    expect(await first.context().cookies()).to.have.length(1);
  });

  it('has closed the profiles of the tests before', () => {
    expect(countProfiles()).to.equal(0);
  });

  it('reaches loopback names and nothing else', async () => {
    const page = await openPage();
    const { port } = new URL(origin);
    await page.goto(`http://ci.localhost:${port}/good`);
    const refusal: unknown = await page
      .goto(`http://ci.example.com:${port}/good`)
      .catch((error: unknown) => error);
    expect(String(refusal)).to.match(/ERR_NAME_NOT_RESOLVED/);
  });

  it('saves a screenshot', async () => {
    const page = await openPage();
    await page.goto(`${origin}/good`);
    await screenshot(page, 'support-good');
    const file = join(import.meta.dirname, '..', '..', '..', 'screenshots', 'support-good.png');
    expect(statSync(file).size).to.be.above(1000);
    rmSync(file);
  });

  for (const [path, complaint] of [
    ['/no-alt', /image-alt.*light, 1280 px; light, 360 px; dark, 1280 px; dark, 360 px/],
    ['/dim-in-dark', /color-contrast.*\(dark, 1280 px; dark, 360 px\)/],
    ['/too-wide', /wider than the screen \(light, 360 px; dark, 360 px\)/],
  ] as const) {
    it(`complains of ${path.slice(1).replaceAll('-', ' ')}`, async () => {
      const page = await openPage();
      await page.goto(origin + path);
      const complaints: unknown = await expectAccessible(page).catch((error: unknown) => error);
      expect(complaints).to.be.instanceOf(Error).with.property('message').that.matches(complaint);
    });
  }

  it('starts with the libraries of its package alone, and leaves no file behind', async function () {
    if (process.env.CHROMIUM_PATH !== undefined) this.skip();
    const before = await readdir(tmpdir());
    const chromium = await launchChromium({ ownLibraries: true });
    const page = await chromium.browser.newPage();
    await page.goto(`${origin}/good`);
    expect(await page.title()).to.equal('Good');
    await chromium.close();
    const left = (await readdir(tmpdir())).filter(
      (name) => !before.includes(name) && /chromium|playwright/.test(name),
    );
    expect(left.filter((name) => existsSync(join(tmpdir(), name)))).to.be.empty;
  });
});
