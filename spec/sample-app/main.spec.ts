import { expect } from 'chai';
import { createBrowser } from 'express-applinks/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import Libsql from 'libsql';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from '../../sample-app/ci/process-table.js';
import { freePort, startServer, type ServerProcess } from './support/server-process.js';
import { temporaryFolder } from './support/temporary-folder.js';
import { logIn, submit } from './support/test-ci.js';
import { eventually } from './support/waiting.js';

describe('the server as a process', () => {
  const started: ServerProcess[] = [];
  const endAll = (): Promise<unknown> =>
    Promise.all(
      started.map((server) => {
        server.child.kill('SIGKILL');
        return server.ended();
      }),
    );
  const folder = temporaryFolder(endAll);
  const start = (environment: Record<string, string>, cwd = folder.path): ServerProcess => {
    const server = startServer(environment, cwd);
    started.push(server);
    return server;
  };

  describe('with a bad configuration ends with status 1 and one sentence', () => {
    let taken = createServer();
    before(async () => {
      taken = createServer();
      await once(taken.listen(0), 'listening');
      await writeFile(join(folder.path, 'a-file'), '');
      for (const name of ['damaged', 'newer', 'newer-kit']) await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, 'damaged', 'ci.db'), 'not a database'.repeat(100));
      writeVersion(
        join(folder.path, 'newer', 'ci.db'),
        'ci_migrations (version integer primary key)',
        '(999)',
      );
      writeVersion(
        join(folder.path, 'newer-kit', 'ci.db'),
        'applinks_migrations (version integer primary key, applied_at_ms bigint not null)',
        '(999, 1)',
      );
    });
    after(() => taken.close());

    const cases: Record<string, [() => Record<string, string>, RegExp]> = {
      'for a malformed BASE_URL': [() => ({ BASE_URL: 'ci' }), /^BASE_URL must be/],
      'for an unknown LOG_LEVEL': [() => ({ LOG_LEVEL: 'x' }), /^LOG_LEVEL must be one of/],
      'for a PORT that is none': [() => ({ PORT: 'x' }), /^PORT must be a number/],
      'for a port that is taken': [
        () => ({
          PORT: String((taken.address() as AddressInfo).port),
          DATA_DIR: 'taken',
          LOG_LEVEL: 'error',
        }),
        /^Port \d+ is taken by another program: stop that program, or set PORT to a free port\.$/m,
      ],
      'for a data folder that is a file': [
        () => ({ DATA_DIR: 'a-file' }),
        /^The data folder .* cannot be used/,
      ],
      'for a database file that is none': [
        () => ({ DATA_DIR: 'damaged' }),
        /^The SQLite file .*ci\.db cannot be used \(it is no database, or damaged\): see that/,
      ],
      'for a database of a newer release': [() => ({ DATA_DIR: 'newer' }), /^The database is at version 999/],
      'for a database of a newer release of the kit': [
        () => ({ DATA_DIR: 'newer-kit' }),
        /^The database has schema version 999/,
      ],
      'for a database that does not answer': [
        () => ({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATA_DIR: 'no-db' }),
        /^The PostgreSQL database of DATABASE_URL cannot be used \(nothing listens there\)/,
      ],
    };
    for (const [name, [environment, expected]] of Object.entries(cases)) {
      it(name, async () => {
        const server = start(environment());
        expect(await server.ended()).to.equal(1);
        expect(server.output()).to.match(expected);
        expect(server.output().trim().split('\n'), server.output()).to.have.length(1);
        expect(server.output()).not.to.match(/^\s+at /m);
      });
    }
  });

  describe('without any configuration but a port', () => {
    let port = 0;
    let first = '';
    let url = '';
    const data = (...names: string[]): string => join(folder.path, 'data', ...names);

    before(async () => {
      port = await freePort();
      url = `http://localhost:${port}`;
    });

    const passwordIn = (output: string): string => /^Password: +(\S+)/m.exec(output)?.[1] ?? '';

    it('prints where to go and, once, how to get in', async () => {
      const server = start({ PORT: String(port) });
      await server.ready();
      first = server.output();
      expect(first)
        .to.include(`${url}/`)
        .and.to.match(/^Log in as: admin$/m);
      expect(passwordIn(first)).to.have.length.greaterThan(15);
      expect((await createBrowser().get(`${url}/`)).status).to.equal(200);
      expect(await (await fetch(`${url}/healthz`)).json()).to.deep.equal({ status: 'ok' });
      await logIn(url, 'admin', passwordIn(first));
    });

    it('keeps everything it made for its owner, and the password nowhere', async () => {
      for (const name of ['ci.db', 'secrets.json', 'server.lock']) {
        expect((await stat(data(name))).mode & 0o777, name).to.equal(0o600);
      }
      expect((await stat(data())).mode & 0o777).to.equal(0o700);
      for (const name of await readdir(data())) {
        if ((await stat(data(name))).isFile()) {
          expect((await readFile(data(name), 'latin1')).includes(passwordIn(first)), name).to.equal(false);
        }
      }
    });

    it('tells a second server on the same folder to go elsewhere', async () => {
      const second = start({ PORT: String(await freePort()) });
      expect(await second.ended()).to.equal(1);
      expect(second.output()).to.match(/^Another server is using the data folder/);
    });

    it('builds the demonstration job, keeps its log over a restart, and counts on', async () => {
      const browser = await logIn(url, 'admin', passwordIn(first));
      const page = await submit(browser, await browser.get(`${url}/job/demo/`), '/job/demo/build');
      expect(page.url).to.equal(`${url}/job/demo/1/`);
      const log = await eventually(async () => {
        const { text } = await browser.get(`${url}/job/demo/1/consoleText`);
        return text.includes('Finished') ? text : undefined;
      });
      expect(log)
        .to.include('ok   greets one')
        .and.to.match(/Finished: succeeded\n$/);

      const [server] = started.slice(-2);
      server?.child.kill('SIGTERM');
      expect(await server?.ended()).to.equal(0);

      const again = start({ PORT: String(port) });
      await again.ready();
      expect(again.output()).not.to.include('Password');
      expect((await browser.get(`${url}/job/demo/1/consoleText`)).text).to.equal(log);
      const next = await submit(browser, await browser.get(`${url}/job/demo/`), '/job/demo/build');
      expect(next.url).to.equal(`${url}/job/demo/2/`);
    });

    it('marks a build as interrupted that ran when the server was killed, and leaves nothing of it', async () => {
      const server = started.at(-1);
      const browser = await logIn(url, 'admin', passwordIn(first));
      const form = await browser.get(`${url}/job/demo/configure`);
      await submit(browser, form, '/configure', {
        scriptFrom: 'job',
        script: 'setsid sleep 300 & echo running; sleep 300',
      });
      const run = async () => submit(browser, await browser.get(`${url}/job/demo/`), '/job/demo/build');
      const [killed, queued, third] = [(await run()).url, (await run()).url, (await run()).url];
      for (const build of [killed, queued]) {
        await eventually(
          async () => (await browser.get(`${build}consoleText`)).text.includes('running\n') || undefined,
        );
      }
      server?.child.kill('SIGKILL');
      expect(await server?.ended()).to.equal('SIGKILL');

      const again = start({ PORT: String(port) });
      await again.ready();
      const stateOf = async (build: string): Promise<string> =>
        (JSON.parse((await browser.get(`${build}api/json`)).text) as { status: string }).status;
      await eventually(async () => (await stateOf(killed)) === 'interrupted' || undefined);
      expect(await stateOf(queued)).to.equal('interrupted');
      await eventually(async () => (await stateOf(third)) === 'running' || undefined);
      expect((await browser.get(`${killed}consoleText`)).text).to.match(/Finished: interrupted\n$/);
      const { serverId } = JSON.parse(await readFile(data('secrets.json'), 'utf8')) as { serverId: string };
      for (const build of [killed, queued]) {
        const { permanentUrl } = JSON.parse((await browser.get(`${build}api/json`)).text) as {
          permanentUrl: string;
        };
        const id = permanentUrl.split('/').at(-1) ?? '';
        expect(await processesOf({ cookie: `${serverId}.${id}` })).to.deep.equal([]);
        expect((await readdir(tmpdir())).filter((name) => name.includes(id))).to.deep.equal([]);
      }

      again.child.kill('SIGINT');
      expect(await again.ended()).to.equal(0);
      const last = start({ PORT: String(port) });
      await last.ready();
      expect(await stateOf(third)).to.equal('interrupted');
      last.child.kill('SIGTERM');
      await last.ended();
    });

    it('logs requests without their queries, and no password', () => {
      const output = started.map((server) => server.output()).join('');
      expect(output.replace(first, '')).not.to.include(passwordIn(first));
    });
  });
});

/** Leaves a database behind that says it was migrated further than this code knows. */
function writeVersion(file: string, table: string, row: string): void {
  const database = new Libsql(file);
  database.exec(`create table ${table}; insert into ${table.split(' ')[0] ?? ''} values ${row}`);
  database.close();
}
