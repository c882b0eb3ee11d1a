import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { createUser, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

describe('administration', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let admin: MiniBrowser;

  before(async () => {
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    admin = await ci.as('admin');
  });

  const get = (path: string): Promise<Page> => admin.get(`${ci.baseUrl}${path}`);
  const fill = async (path: string, fields: Record<string, string>, action = path): Promise<Page> =>
    submit(admin, await get(path), action, fields);
  /** Name of each field with an error → its sentence. */
  const errorsOf = ({ text }: Page): Record<string, string> =>
    Object.fromEntries(
      [...text.matchAll(/id="(\w+)-error" class="error">([^<]*)</g)].map(([, name, message]) => [
        name,
        message,
      ]),
    ) as Record<string, string>;

  describe('of jobs', () => {
    const valid = {
      name: 'new-job',
      gitUrl: 'https://bitbucket.example.com/scm/p/r.git',
      branch: 'main',
      scriptFrom: 'job',
      script: 'make\r\nmake test',
      environment: 'A=1\r\nB=with = and  spaces ',
      parameters: 'TARGET=x',
      timeLimitSeconds: '60',
    };

    it('creates a job that keeps what was entered', async () => {
      expect((await fill('/jobs/new', valid)).url).to.equal(`${ci.baseUrl}/job/new-job`);
      const { text } = await get('/job/new-job/configure');
      expect(text).to.include('make\nmake test').and.to.include('A=1\nB=with = and  spaces </textarea>');
      expect(text).to.include('value="https://bitbucket.example.com/scm/p/r.git"');
    });

    const wrong: Record<string, [Record<string, string>, string, RegExp]> = {
      'a name with a slash': [{ name: 'a/b' }, 'name', /letters, digits/],
      'a name that is taken': [{ name: 'demo' }, 'name', /Another job/],
      'a local repository': [{ gitUrl: 'file:///etc' }, 'gitUrl', /http or https/],
      'a repository with a password': [{ gitUrl: 'https://u:p@x.example/r' }, 'gitUrl', /without user name/],
      'a branch that is an option': [{ branch: '--upload-pack=x' }, 'branch', /not the name of a branch/],
      'a script without a command': [{ script: '  ' }, 'script', /at least one command/],
      'an environment without a name': [
        { environment: 'just text' },
        'environment',
        /one NAME=value per line/,
      ],
      'a variable of the server': [{ environment: 'PATH=/evil' }, 'environment', /set by the server/],
      'a parameter that is no name': [{ parameters: '1A=x' }, 'parameters', /letters, digits/],
      'a time limit of nothing': [{ timeLimitSeconds: '0' }, 'timeLimitSeconds', /1 second or more/],
      'a time limit that is no number': [{ timeLimitSeconds: 'soon' }, 'timeLimitSeconds', /number/i],
    };
    for (const [what, [fields, field, message]] of Object.entries(wrong)) {
      it(`refuses ${what}, at its field, and keeps the rest of the form`, async () => {
        const page = await fill('/jobs/new', {
          ...valid,
          name: 'never',
          description: 'kept text',
          ...fields,
        });
        expect(page.status).to.equal(400);
        expect(Object.keys(errorsOf(page))).to.deep.equal([field]);
        expect(errorsOf(page)[field]).to.match(message);
        expect(page.text).to.include('kept text').and.to.include(`aria-describedby="${field}-error"`);
        expect((await get('/job/never')).status).to.equal(404);
      });
    }

    it('does not let the demonstration job clone anything else', async () => {
      const page = await fill('/job/demo/configure', {
        gitUrl: 'https://evil.example/r.git',
        description: 'changed',
      });
      expect(page.status).to.equal(200);
      expect((await get('/job/demo')).text)
        .to.include('the demonstration repository')
        .and.include('changed');
    });

    it('renames a job, and refuses a name that is taken', async () => {
      expect((await fill('/job/new-job/configure', { name: 'renamed' })).url).to.equal(
        `${ci.baseUrl}/job/renamed`,
      );
      expect((await get('/job/new-job')).status).to.equal(404);
      expect(errorsOf(await fill('/job/renamed/configure', { name: 'demo' }))).to.have.property('name');
    });

    it('deletes a job only when nothing of it waits or runs', async () => {
      await fill('/settings', { executors: '0' });
      const build = await fill('/job/renamed', { TARGET: 'x' }, '/buildWithParameters');
      expect((await fill('/job/renamed/delete', {})).status).to.equal(409);
      await submit(admin, build, '/stop');
      expect((await fill('/job/renamed/delete', {})).url).to.equal(`${ci.baseUrl}/`);
      expect((await get('/job/renamed')).status).to.equal(404);
      await fill('/settings', { executors: '2' });
    });

    it('does not bring a deleted demonstration job back at the next start', async () => {
      await fill('/job/demo/delete', {});
      await ci.close();
      ci = await startCi({ dataDir: folder.path, path: '/ci' });
      admin = await ci.as('admin');
      expect((await get('/')).text).to.include('There are no jobs yet.');
    });
  });

  describe('of users', () => {
    it('creates users, and refuses wrong ones at their field', async () => {
      await createUser(admin, ci.baseUrl, 'ada', 'developer');
      expect((await get('/users')).text).to.match(/>ada<\/a>\s*<\/th>\s*<td>developer</);
      for (const [fields, field] of [
        [{ name: 'a b', password: 'long enough' }, 'name'],
        [{ name: 'ADA', password: 'long enough' }, 'name'],
        [{ name: 'eve', password: 'short' }, 'password'],
        [{ name: 'eve', password: 'long enough', role: 'god' }, 'role'],
      ] as [Record<string, string>, string][]) {
        const page = await fill('/users', fields);
        expect(page.status).to.equal(400);
        expect(Object.keys(errorsOf(page))).to.deep.equal([field]);
        expect(page.text).not.to.include('long enough');
      }
    });

    it('changes a role, which counts from the next request on', async () => {
      const developer = await ci.as('developer');
      expect((await developer.get(`${ci.baseUrl}/users`)).status).to.equal(403);
      const id = /\/users\/([\w-]{36})">developer</.exec((await get('/users')).text)?.[1] ?? '';
      await fill(`/users/${id}`, { role: 'administrator' }, '/role');
      expect((await developer.get(`${ci.baseUrl}/users`)).status).to.equal(200);
      await fill(`/users/${id}`, { role: 'reader' }, '/role');
      expect((await developer.get(`${ci.baseUrl}/users`)).status).to.equal(403);
    });

    it('keeps the last administrator', async () => {
      const id = /\/users\/([\w-]{36})">admin</.exec((await get('/users')).text)?.[1] ?? '';
      expect((await fill(`/users/${id}`, { role: 'reader' }, '/role')).status).to.equal(409);
      expect((await fill(`/users/${id}`, {}, '/disabled')).status).to.equal(409);
      expect((await fill(`/users/${id}/delete`, {})).status).to.equal(409);
      expect((await get('/users')).status).to.equal(200);
    });

    it('answers 404 for a user who is not there', async () => {
      expect((await get('/users/00000000-0000-0000-0000-000000000000')).status).to.equal(404);
    });
  });

  describe('of the server', () => {
    it('sets the executors within bounds', async () => {
      expect((await fill('/settings', { executors: '3' })).text).to.include('value="3"');
      for (const executors of ['-1', '65', '1.5', 'many']) {
        const page = await fill('/settings', { executors });
        expect(page.status, executors).to.equal(400);
        expect(errorsOf(page)).to.have.property('executors');
      }
      expect((await get('/settings')).text).to.include('value="3"');
    });

    it('counts in /metrics without naming jobs or users', async () => {
      await eventually(
        async () => (await get('/metrics')).text.includes('ci_http_requests_total{') || undefined,
      );
      const { text } = await get('/metrics');
      expect(text).to.include('ci_builds_waiting 0').and.to.include('ci_builds_running 0');
      expect(text).to.match(/ci_http_requests_total\{method="POST",status="303"\} \d+/);
      expect(text).not.to.include('admin').and.not.to.include('demo');
    });
  });
});
