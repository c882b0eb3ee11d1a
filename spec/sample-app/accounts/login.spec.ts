import { expect } from 'chai';
import { createBrowser } from 'express-applinks/testing';
import { join } from 'node:path';
import { openDatabase } from '../../../sample-app/database.js';
import { adminPassword, createUser, logIn, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the login', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;

  before(async () => {
    ci = await startCi({ dataDir: folder.path, working: false });
  });

  const post = async (
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${ci.baseUrl}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: new URL(ci.baseUrl).origin, ...headers },
      body: new URLSearchParams(fields),
    });
  const sessionOf = (answer: Response): string =>
    /ci_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
  const isLoggedIn = async (cookie: string): Promise<boolean> =>
    (await fetch(`${ci.baseUrl}/job/demo`, { headers: { Cookie: cookie, Accept: 'application/json' } }))
      .status === 200;

  it('sets a cookie that neither scripts nor other sites get', async () => {
    const answer = await post({ name: 'admin', password: adminPassword });
    expect(answer.status).to.equal(303);
    expect(answer.headers.get('set-cookie')).to.match(
      /^ci_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('leads back to where the user came from, and to no other site', async () => {
    const login = (returnTo: string) => post({ name: 'admin', password: adminPassword, returnTo });
    expect((await login('/job/demo/?x=1')).headers.get('location')).to.equal('/job/demo/?x=1');
    expect((await login('//evil.example')).headers.get('location')).to.equal('/');
  });

  it('gives the same answer for an unknown user and a wrong password', async () => {
    const [unknown, wrong] = [
      await post({ name: 'somebody', password: 'wrong password' }),
      await post({ name: 'admin', password: 'wrong password' }),
    ];
    expect([unknown.status, wrong.status]).to.deep.equal([401, 401]);
    expect((await unknown.text()).replace('somebody', 'admin')).to.equal(await wrong.text());
  });

  it('gives a session a new id, so that a planted one is worth nothing', async () => {
    const first = await post({ name: 'admin', password: adminPassword });
    const planted = `ci_session=${sessionOf(first)}`;
    const second = await post({ name: 'admin', password: adminPassword }, { Cookie: planted });
    expect(sessionOf(second)).not.to.equal(sessionOf(first));
    expect(await isLoggedIn(planted)).to.equal(false);
    expect(await isLoggedIn(`ci_session=${sessionOf(second)}`)).to.equal(true);
  });

  it('accepts no cookie that was not signed here', async () => {
    for (const cookie of ['ci_session=s%3Aabc.def', 'ci_session=abc', 'ci_session=']) {
      expect(await isLoggedIn(cookie), cookie).to.equal(false);
    }
  });

  it('makes no session for somebody who only looks', async () => {
    const answer = await fetch(`${ci.baseUrl}/login`);
    expect(answer.headers.get('set-cookie')).to.equal(null);
  });

  it('ends with the logout, on the server too', async () => {
    const browser = await logIn(ci.baseUrl, 'admin');
    const cookie = browser.cookies.header(new URL(ci.baseUrl));
    expect(await isLoggedIn(cookie)).to.equal(true);
    await submit(browser, await browser.get(`${ci.baseUrl}/`), '/logout');
    expect(await isLoggedIn(cookie)).to.equal(false);
  });

  it('ends everywhere when the password is reset, the account disabled or deleted', async () => {
    const admin = await ci.as('admin');
    await createUser(admin, ci.baseUrl, 'ada', 'developer');
    const id = /\/users\/([\w-]{36})">ada</.exec((await admin.get(`${ci.baseUrl}/users`)).text)?.[1] ?? '';
    const change = async (path: string, fields: Record<string, string> = {}) => {
      const page = path === '/delete' ? `/users/${id}/delete` : `/users/${id}`;
      return submit(admin, await admin.get(`${ci.baseUrl}${page}`), path, fields);
    };
    const steps: [string, Record<string, string>][] = [
      ['/password', { password: 'another password' }],
      ['/disabled', {}],
      ['/delete', {}],
    ];
    let password = adminPassword;
    for (const [path, fields] of steps) {
      const cookie = (await logIn(ci.baseUrl, 'ada', password)).cookies.header(new URL(ci.baseUrl));
      expect(await isLoggedIn(cookie), path).to.equal(true);
      expect((await change(path, fields)).status, path).to.equal(200);
      expect(await isLoggedIn(cookie), path).to.equal(false);
      password = fields.password ?? password;
      if (path === '/disabled') {
        expect((await post({ name: 'ada', password })).status).to.equal(401);
        await change('/disabled');
      }
    }
    expect((await post({ name: 'ada', password })).status).to.equal(401);
  });

  it('bounds what it reads', async () => {
    expect((await post({ name: 'x'.repeat(1000), password: 'x' })).status).to.equal(401);
    expect((await post({ name: 'admin', password: 'x'.repeat(1000) })).status).to.equal(401);
    expect((await post({})).status).to.equal(401);
  });

  it('makes those wait who guess, without locking the owner out who comes from elsewhere', async () => {
    await createUser(await ci.as('admin'), ci.baseUrl, 'bob', 'reader');
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await post({ name: 'bob', password: `guess ${tries}` })).status).to.equal(401);
    }
    const limited = await post({ name: 'BOB', password: adminPassword });
    expect(limited.status).to.equal(429);
    expect(Number(limited.headers.get('retry-after'))).to.be.within(1, 900);
    expect(await limited.text()).to.include('Try again in 15 minutes.');
    expect((await post({ name: 'admin', password: adminPassword })).status).to.equal(303);
  });

  it('survives a restart, and keeps only digests of session ids', async () => {
    const browser = await logIn(ci.baseUrl, 'admin');
    const cookie = browser.cookies.header(new URL(ci.baseUrl));
    await ci.close();
    const database = await openDatabase(join(folder.path, 'data', 'ci.db'), undefined);
    const stored = JSON.stringify(await database.selectFrom('ci_sessions').selectAll().execute());
    await database.destroy();
    const id = /s%3A([^.]+)\./.exec(cookie)?.[1] ?? 'missing';
    expect(id).to.have.length.greaterThan(20);
    expect(stored).not.to.include(id);
    ci = await startCi({ dataDir: folder.path, working: false });
    expect(await isLoggedIn(cookie)).to.equal(true);
  });
});

describe('the login on https', () => {
  const folder = temporaryFolder();

  it('gives the cookie to https only, by the scheme of BASE_URL', async () => {
    const ci = await startCi({
      dataDir: folder.path,
      working: false,
      environment: { BASE_URL: 'https://ci.example.com/ci' },
    });
    try {
      const answer = await fetch(`${ci.baseUrl}/ci/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { Origin: 'https://ci.example.com' },
        body: new URLSearchParams({ name: 'admin', password: adminPassword }),
      });
      expect(answer.status).to.equal(303);
      expect(answer.headers.get('set-cookie')).to.match(
        /^__Host-ci_session=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
      );
      expect(answer.headers.get('strict-transport-security')).to.be.a('string');
      expect((await createBrowser().get(`${ci.baseUrl}/ci/`)).status).to.equal(200);
    } finally {
      await ci.close();
    }
  });
});
