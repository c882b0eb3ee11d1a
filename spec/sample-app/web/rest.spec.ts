import { expect } from 'chai';
import { csrfTokenOf, startCi, submit, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

interface BuildJson {
  number: number;
  url: string;
  building: boolean;
  result: string | null;
  status: string;
  reason: string | null;
  duration: number;
  timestamp: number;
  commit: string | null;
  permanentUrl: string;
  actions: [{ causes: { shortDescription: string }[] }, { parameters: { name: string; value: string }[] }];
}

describe('the addresses that Jenkins has', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let token = '';
  let cookie = '';

  before(async () => {
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    const admin = await ci.as('admin');
    token = await csrfTokenOf(admin, ci.baseUrl);
    cookie = admin.cookies.header(new URL(ci.baseUrl));
    await configure({
      scriptFrom: 'job',
      script: 'echo "target=$TARGET"',
      parameters: 'TARGET=default\nLEVEL=1',
    });
  });

  const configure = async (fields: Record<string, string>): Promise<void> => {
    const admin = await ci.as('admin');
    const page = await submit(
      admin,
      await admin.get(`${ci.baseUrl}/job/demo/configure`),
      '/configure',
      fields,
    );
    expect(page.status, page.text).to.equal(200);
    expect(page.url).to.equal(`${ci.baseUrl}/job/demo`);
  };
  const ask = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(path.startsWith('http') ? path : `${ci.baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        Cookie: cookie,
        Origin: new URL(ci.baseUrl).origin,
        'X-CSRF-Token': token,
        ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    });
  const run = async (path: string, body?: string): Promise<string> => {
    const answer = await ask('POST', path, body);
    expect(answer.status, await answer.text()).to.equal(201);
    return answer.headers.get('location') ?? '';
  };
  const json = async (url: string): Promise<BuildJson> =>
    (await (await ask('GET', `${url}api/json`)).json()) as BuildJson;
  const finished = (url: string): Promise<BuildJson> =>
    eventually(async () => {
      const build = await json(url);
      return build.result === null ? undefined : build;
    });
  const log = async (url: string): Promise<string> => (await ask('GET', `${url}consoleText`)).text();

  it('start a build: 201, with its absolute address', async () => {
    const url = await run('/job/demo/build');
    expect(url).to.equal(`${ci.baseUrl}/job/demo/1/`);
    const build = await finished(url);
    expect(build).to.include({ number: 1, url, building: false, result: 'SUCCESS', reason: null });
    expect(build.commit).to.match(/^[0-9a-f]{40}$/);
    expect(build.duration).to.be.greaterThan(0);
    expect(build.timestamp).to.be.closeTo(Date.now(), 10_000);
    expect(build.actions[0].causes[0]?.shortDescription).to.equal('Started by admin');
    expect(await log(url)).to.include('target=default');
  });

  it('start a build with parameters, from query and form', async () => {
    const url = await run('/job/demo/buildWithParameters?LEVEL=2', 'TARGET=a%20b');
    const build = await finished(url);
    expect(build.actions[1].parameters).to.deep.equal([
      { name: 'TARGET', value: 'a b' },
      { name: 'LEVEL', value: '2' },
    ]);
    expect(await log(url)).to.include('target=a b');
  });

  it('refuse parameters that the job does not declare, or that are no text', async () => {
    for (const body of [
      'OTHER=1',
      'PATH=/evil',
      'LD_PRELOAD=x',
      'TARGET=1&TARGET=2',
      'constructor=x',
      'TARGET=%00',
    ]) {
      const answer = await ask('POST', '/job/demo/buildWithParameters', body);
      expect(answer.status, body).to.equal(400);
      expect(await answer.json()).to.have.property('message');
    }
  });

  it('build again with the same parameters', async () => {
    const first = await run('/job/demo/buildWithParameters', 'TARGET=again');
    await finished(first);
    const second = await run(`${first}rebuild`);
    expect((await finished(second)).actions[1].parameters[0]).to.deep.equal({
      name: 'TARGET',
      value: 'again',
    });
    expect((await json(second)).number).to.equal((await json(first)).number + 1);
  });

  it('stop a build, and answer 409 when it is over', async () => {
    await configure({ scriptFrom: 'job', script: 'echo ready; sleep 60' });
    const url = await run('/job/demo/build');
    await eventually(async () => (await log(url)).includes('ready') || undefined);
    expect((await json(url)).building).to.equal(true);
    const actions = (await (await ask('GET', `${url}actions`)).json()) as {
      actions: { id: string; url: string }[];
    };
    expect(actions.actions.map(({ id }) => id)).to.deep.equal(['StopBuildAction', 'RebuildAction']);
    expect((await ask('POST', actions.actions[0]?.url ?? '')).status).to.equal(200);
    const build = await finished(url);
    expect(build).to.include({ result: 'ABORTED', status: 'stopped', reason: 'Stopped by admin.' });
    expect((await ask('POST', `${url}stop`)).status).to.equal(409);
    const after = (await (await ask('GET', `${url}actions`)).json()) as { actions: { id: string }[] };
    expect(after.actions.map(({ id }) => id)).to.deep.equal(['RebuildAction']);
  });

  it('answer 404 for jobs and builds that are not there', async () => {
    for (const [method, path] of [
      ['GET', '/job/none'],
      ['GET', '/job/none/api/json'],
      ['POST', '/job/none/build'],
      ['GET', '/job/demo/9999/'],
      ['GET', '/job/demo/0/'],
      ['GET', '/job/demo/01/'],
      ['GET', '/job/demo/99999999999999999999/'],
      ['GET', '/job/demo/9999/consoleText'],
      ['GET', '/job/demo/9999/events'],
      ['POST', '/job/demo/9999/stop'],
      ['POST', '/job/demo/9999/rebuild'],
      ['GET', '/job/demo/nothing'],
      ['GET', '/job/%00'],
      ['GET', '/b/unknown'],
      ['GET', '/nothing/here'],
    ] as const) {
      const answer = await ask(method, path);
      expect(answer.status, path).to.equal(404);
      expect(await answer.json(), path).to.have.property('message');
    }
    expect((await ask('GET', '/job/%E0%A4')).status).to.equal(400);
  });

  it('answer 409 while the job is disabled', async () => {
    await configure({ enabled: '' });
    const answer = await ask('POST', '/job/demo/build');
    expect(answer.status).to.equal(409);
    expect(await answer.json()).to.deep.include({ status: 409 });
    expect((await ask('POST', '/job/demo/1/rebuild')).status).to.equal(409);
    await configure({ enabled: 'on' });
  });

  it('describe a job as api/json does', async () => {
    const job = (await (await ask('GET', '/job/demo/api/json')).json()) as Record<string, unknown>;
    expect(job).to.include({ name: 'demo', buildable: true, url: `${ci.baseUrl}/job/demo/` });
    expect(job.builds).to.be.an('array').with.length.greaterThan(3);
    expect(job.lastBuild).to.have.property('url');
    expect(job.property).to.deep.equal([
      {
        parameterDefinitions: [
          {
            name: 'TARGET',
            type: 'StringParameterDefinition',
            defaultParameterValue: { name: 'TARGET', value: 'default' },
          },
          {
            name: 'LEVEL',
            type: 'StringParameterDefinition',
            defaultParameterValue: { name: 'LEVEL', value: '1' },
          },
        ],
      },
    ]);
    expect(await (await ask('GET', '/job/demo')).json()).to.deep.equal(job);
  });

  it('lead from the short permanent address to the page, also when the job got another name', async () => {
    const { permanentUrl } = await json(`${ci.baseUrl}/job/demo/1/`);
    expect((await ask('GET', permanentUrl)).headers.get('location')).to.equal('/ci/job/demo/1/');
    await (async () => {
      const admin = await ci.as('admin');
      await submit(admin, await admin.get(`${ci.baseUrl}/job/demo/configure`), '/configure', {
        name: 'renamed',
      });
    })();
    expect((await ask('GET', permanentUrl)).headers.get('location')).to.equal('/ci/job/renamed/1/');
  });

  it('answer what cannot be read with 4xx, never with 500', async () => {
    const post = (body: string, type: string): Promise<Response> =>
      fetch(`${ci.baseUrl}/job/renamed/build`, {
        method: 'POST',
        headers: { Accept: 'application/json', Cookie: cookie, 'Content-Type': type },
        body,
      });
    expect((await post('{', 'application/json')).status).to.equal(400);
    expect((await post(`a=${'x'.repeat(600_000)}`, 'application/x-www-form-urlencoded')).status).to.equal(
      413,
    );
    expect((await post('a=1', 'application/x-www-form-urlencoded; charset=klingon')).status).to.equal(415);
  });
});
