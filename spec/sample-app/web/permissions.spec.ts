/** Every route and every role: who gets in, who is refused, who is sent to log in. */
import { expect } from 'chai';
import { createBrowser, type MiniBrowser } from 'express-applinks/testing';
import { csrfTokenOf, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

type Who = 'admin' | 'developer' | 'reader' | 'anonymous';

/** Status for administrator, developer, reader and somebody who isn't logged in. */
type Expected = readonly [number, number, number, number];

const everyone: Expected = [200, 200, 200, 200];
const users: Expected = [200, 200, 200, 303];
const administrators: Expected = [200, 403, 403, 303];

const pages: Record<string, Expected> = {
  '/': everyone,
  '/login': everyone,
  '/healthz': everyone,
  '/metrics': everyone,
  '/assets/ci.css': everyone,
  '/assets/pico.min.css': everyone,
  '/job/demo': users,
  '/job/demo/': users,
  '/job/demo/api/json': users,
  '/job/demo/1/': users,
  '/job/demo/1/api/json': users,
  '/job/demo/1/actions': users,
  '/job/demo/1/consoleText': users,
  '/job/demo/1/events': users,
  '/b/BUILD': [303, 303, 303, 303],
  '/jobs/new': administrators,
  '/job/demo/configure': administrators,
  '/job/demo/delete': administrators,
  '/users': administrators,
  '/users/USER': administrators,
  '/users/USER/delete': administrators,
  '/settings': administrators,
};

/** With the right form token. What is refused for its fields (400, 409) was let in. */
const actions: Record<string, Expected> = {
  '/job/demo/build': [303, 303, 403, 401],
  '/job/demo/buildWithParameters': [303, 303, 403, 401],
  '/job/demo/1/rebuild': [303, 303, 403, 401],
  '/job/demo/1/stop': [409, 409, 403, 401],
  '/jobs/new': [400, 403, 403, 401],
  '/job/demo/configure': [400, 403, 403, 401],
  '/users': [400, 403, 403, 401],
  '/users/USER/role': [400, 403, 403, 401],
  '/users/USER/password': [400, 403, 403, 401],
  '/settings': [400, 403, 403, 401],
};

const roles: readonly Who[] = ['admin', 'developer', 'reader', 'anonymous'];

describe('the permissions of the roles', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let buildId = '';
  let userId = '';
  const browsers = new Map<Who, MiniBrowser>();

  before(async () => {
    ci = await startCi({ dataDir: folder.path });
    browsers.set('anonymous', createBrowser({ redirects: 0 }));
    for (const name of ['admin', 'developer', 'reader'] as const) browsers.set(name, await ci.as(name));
    const admin = await ci.as('admin');
    await submit(admin, await admin.get(`${ci.baseUrl}/job/demo/`), '/build');
    const build = await eventually(async () => {
      const json = JSON.parse((await admin.get(`${ci.baseUrl}/job/demo/1/api/json`)).text) as {
        status: string;
        permanentUrl: string;
      };
      return json.status === 'succeeded' ? json : undefined;
    });
    buildId = build.permanentUrl.split('/').at(-1) ?? '';
    const list = await admin.get(`${ci.baseUrl}/users`);
    userId = /\/users\/([\w-]{36})/.exec(list.text)?.[1] ?? '';
  });

  const address = (path: string): string =>
    `${ci.baseUrl}${path.replace('BUILD', buildId).replace('USER', userId)}`;
  const cookieOf = (who: Who): string => browsers.get(who)?.cookies.header(new URL(ci.baseUrl)) ?? '';
  const ask = async (who: Who, method: string, path: string, body?: string): Promise<Response> =>
    fetch(address(path), {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'text/html',
        Cookie: cookieOf(who),
        Origin: ci.baseUrl,
        ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    });

  roles.forEach((who, column) => {
    describe(`for ${who}`, () => {
      for (const [path, expected] of Object.entries(pages)) {
        it(`GET ${path} is answered ${expected[column] ?? ''}`, async () => {
          const answer = await ask(who, 'GET', path);
          await answer.text();
          expect(answer.status).to.equal(expected[column]);
          if (answer.status === 303 && who === 'anonymous') {
            const login = new URL(answer.headers.get('location') ?? '', ci.baseUrl);
            expect(login.pathname).to.equal('/login');
            expect(login.searchParams.get('returnTo')).to.equal(new URL(address(path)).pathname);
          }
        });
      }
      for (const [path, expected] of Object.entries(actions)) {
        it(`POST ${path} is answered ${expected[column] ?? ''}`, async () => {
          const browser = browsers.get(who) ?? createBrowser();
          const token = who === 'anonymous' ? 'none' : await csrfTokenOf(browser, ci.baseUrl);
          const answer = await ask(who, 'POST', path, `csrf_token=${token}`);
          await answer.text();
          expect(answer.status).to.equal(expected[column]);
        });
      }
    });
  });

  it('apply to machines too: 401 with a challenge and 403, as JSON', async () => {
    const json = (who: Who) =>
      fetch(address('/job/demo/configure'), {
        headers: { Accept: 'application/json', Cookie: cookieOf(who) },
      });
    const [anonymous, reader] = [await json('anonymous'), await json('reader')];
    expect(anonymous.status).to.equal(401);
    expect(anonymous.headers.get('www-authenticate')).to.equal(
      `OAuth realm="${ci.baseUrl}", Bearer realm="${ci.baseUrl}"`,
    );
    expect(await anonymous.json()).to.have.property('message');
    expect(reader.status).to.equal(403);
    expect(reader.headers.get('www-authenticate')).to.equal(null);
    expect(await reader.json()).to.deep.equal({
      status: 403,
      message: 'The user reader is not allowed to do this.',
    });
  });

  it('do not tell an anonymous caller which jobs and builds exist', async () => {
    const [there, not] = [
      await ask('anonymous', 'GET', '/job/demo/'),
      await ask('anonymous', 'GET', '/job/none/'),
    ];
    expect([there.status, not.status]).to.deep.equal([303, 303]);
    const [real, unreal] = [
      await ask('anonymous', 'POST', '/job/demo/build', ''),
      await ask('anonymous', 'POST', '/job/none/build', ''),
    ];
    expect([real.status, unreal.status]).to.deep.equal([401, 401]);
  });

  it('show buttons only to those who may press them', async () => {
    const text = async (who: 'admin' | 'developer' | 'reader', path: string) =>
      (await (await ci.as(who)).get(address(path))).text;
    expect(await text('reader', '/job/demo/'))
      .not.to.include('>Run<')
      .and.not.to.include('Configure');
    expect(await text('developer', '/job/demo/'))
      .to.include('>Run<')
      .and.not.to.include('Configure');
    expect(await text('admin', '/job/demo/'))
      .to.include('>Run<')
      .and.to.include('Configure');
    expect(await text('reader', '/job/demo/1/')).not.to.include('Run again');
    expect(await text('developer', '/')).not.to.include('/settings');
  });
});
