import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { freshPostgres } from '../support/postgres.js';
import { logIn, startCi, submit, type TestCi, type TestCiOptions } from './support/test-ci.js';
import { temporaryFolder } from './support/temporary-folder.js';
import { eventually } from './support/waiting.js';

/** From login over a build to the next start, whatever the database and the place below the host. */
function wholeServer(options: () => Omit<TestCiOptions, 'dataDir'>): void {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  before(async () => {
    ci = await startCi({ dataDir: folder.path, ...options() });
  });

  const build = async (): Promise<string> => {
    const browser = await ci.as('developer');
    const started = await submit(browser, await browser.get(`${ci.baseUrl}/job/demo/`), '/build');
    expect(started.url).to.match(/\/job\/demo\/\d+\/$/);
    await eventually(
      async () => (await browser.get(started.url)).text.includes('Finished: succeeded') || undefined,
    );
    return new URL(started.url).pathname;
  };

  it('logs in, builds, and shows the log', async () => {
    expect(await build()).to.match(/\/job\/demo\/1\/$/);
  });

  it('shows its pages for links and grants to those who may see them', async () => {
    const [admin, developer] = [await ci.as('admin'), await ci.as('developer')];
    expect((await admin.get(`${ci.baseUrl}/applinks/admin`)).status).to.equal(200);
    expect((await developer.get(`${ci.baseUrl}/applinks/admin`)).status).to.equal(403);
    expect((await developer.get(`${ci.baseUrl}/applinks/tokens`)).status).to.equal(200);
  });

  it('links to nothing that is not there', async () => {
    const admin = await ci.as('admin');
    const { text } = await admin.get(`${ci.baseUrl}/job/demo/1/`);
    const addresses = new Set(
      [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = '']) => address),
    );
    expect(addresses.size).to.be.greaterThan(8);
    for (const address of addresses) {
      const page = await admin.get(new URL(address, `${ci.baseUrl}/`).href);
      expect(page.status, address).to.equal(200);
    }
  });

  it('knows no page for a request that names no path', async () => {
    const { port } = new URL(ci.baseUrl);
    for (const path of ['*', '*/job/demo/']) {
      const answer = request({ host: '127.0.0.1', port, method: 'OPTIONS', path }).end();
      const [{ statusCode }] = (await once(answer, 'response')) as [IncomingMessage];
      expect(statusCode, path).to.equal(404);
    }
  });

  it('keeps everything over a restart', async () => {
    await ci.close();
    ci = await startCi({ dataDir: folder.path, ...options() });
    const browser = await logIn(ci.baseUrl, 'developer');
    expect((await browser.get(`${ci.baseUrl}/job/demo/1/`)).text).to.include('ok   greets one');
    const next = await submit(browser, await browser.get(`${ci.baseUrl}/job/demo/`), '/build');
    expect(next.url).to.match(/\/job\/demo\/2\/$/);
  });
}

describe('the whole server', () => {
  describe('at the root, on SQLite', () => wholeServer(() => ({})));

  describe('below a path, on PostgreSQL', function () {
    this.timeout(60_000);
    let postgres: Awaited<ReturnType<typeof freshPostgres>> | undefined;
    before(async () => {
      postgres = await freshPostgres();
    });
    wholeServer(() => ({ path: '/ci', ...(postgres && { databaseUrl: postgres.url }) }));
    after(() => postgres?.drop());
  });
});
