import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBrowser } from 'express-applinks/testing';
import { npm, pack } from '../support/package-tarball.js';
import {
  buildThroughAClient,
  buildThroughALink,
  compileQuickStart,
  runQuickStart,
  type RunningQuickStart,
} from '../support/quick-start.js';

/** The lowest and the highest Express of the promised peer range. */
const expresses = [
  { express: '4.21.0', types: '4' },
  { express: '4', types: '4' },
  { express: '5', types: '5' },
];

for (const { express, types } of expresses) {
  describe(`The packed package, installed from the registry beside Express ${express}`, function () {
    this.timeout(300_000);
    let folder: string;
    let warnings: string;
    let running: RunningQuickStart | undefined;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'applinks-installed-'));
      const { name } = await pack(folder);
      await npm(folder, 'init', '--yes', '--init-type', 'module');
      const beside = [
        `express@${express}`,
        'express-session@1',
        `@types/express@${types}`,
        '@types/express-session@1',
        '@types/node@20',
      ];
      warnings = (await npm(folder, 'install', '--loglevel', 'warn', `./${name}`, ...beside)).stderr;
    });

    after(async () => {
      await running?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is installed without an error or a deprecated package', () => {
      expect(warnings).to.not.match(/\bERR!|deprecated|ERESOLVE|EBADENGINE/);
    });

    it('has the Express that was asked for, once', async () => {
      const { stdout } = await npm(folder, 'ls', 'express', '--all', '--parseable', '--long');
      const versions = stdout
        .trim()
        .split('\n')
        .filter((line) => line.includes('node_modules/express:'));
      expect(versions).to.have.length(1);
      expect(versions[0]).to.match(new RegExp(`express@${express.replaceAll('.', '\\.')}`));
    });

    it('compiles the quick start of the README', async () => {
      expect(await compileQuickStart(folder)).to.equal('');
    });

    it('runs it, so that a link starts a build as the user who consented', async () => {
      running = await runQuickStart(folder);
      const answer = await buildThroughALink(running.baseUrl);
      expect(answer.text).to.equal('{"startedBy":"ana"}');
      expect(answer.status).to.equal(201);
    });

    it('lets a client of OAuth 2.0 do the same', async () => {
      const answer = await buildThroughAClient(running?.baseUrl ?? '');
      expect(answer.text).to.equal('{"startedBy":"ana"}');
    });

    it('serves its pages with their style', async () => {
      const baseUrl = running?.baseUrl ?? '';
      const browser = createBrowser();
      await browser.get(`${baseUrl}/login?user=ana`);
      const page = await browser.get(`${baseUrl}/applinks/tokens`);
      expect(page.status).to.equal(200);
      const style = /<link rel="stylesheet" href="([^"]+)"/.exec(page.text)?.[1] ?? 'none';
      const css = await fetch(new URL(style, page.url));
      expect(css.status).to.equal(200);
      expect(css.headers.get('content-type')).to.match(/^text\/css/);
    });
  });
}
