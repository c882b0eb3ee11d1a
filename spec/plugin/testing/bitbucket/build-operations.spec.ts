import { expect } from 'chai';
import type { MiniBrowser } from '../../../../plugin/testing/index.js';
import { linkedPair, type LinkedPair } from './linked-pair.js';
import { paths } from './scripted-provider.js';

const operations = '/rest/ui/latest/projects/DEMO/repos/app/commits/0123abc/build-operations';

describe('build actions started at the stand-in', () => {
  let pair: LinkedPair;

  beforeEach(async () => {
    pair = await linkedPair();
    pair.standIn.addBuild({ key: 'demo', jobUrl: `${pair.provider.url}/job/demo/`, linkId: pair.linkId });
    pair.provider.replies['/job/demo/build'] = { status: 201 };
  });
  afterEach(() => pair.stop());

  const ask = async (method: string, path: string, body?: unknown, login = 'ana:ana') => {
    const answer = await fetch(pair.standIn.url + path, {
      method,
      headers: login ? { Authorization: `Basic ${Buffer.from(login).toString('base64')}` } : {},
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const schedule = { id: 'ScheduleBuildAction', key: 'demo' };

  it('go from "authorisation required" over the dance to a signed POST <job URL>build', async () => {
    const before = await ask('GET', `${operations}?key=demo`);
    expect(before).to.deep.equal({
      status: 200,
      body: { isAuthorizationRequired: true, buildServerId: pair.provider.url, actions: [] },
    });

    const browser = await pair.standIn.as('ana');
    const query = new URLSearchParams({ callbackUrl: '/dashboard', buildServerId: pair.provider.url });
    const page = await browser.get(
      `${pair.standIn.url}/rest/ui/latest/build-server/authorize?${query.toString()}`,
    );
    expect(page.url).to.equal(`${pair.standIn.url}/dashboard`);

    const after = await ask('GET', `${operations}?key=demo`);
    expect(after.body.isAuthorizationRequired).to.equal(false);
    expect(after.body.actions).to.deep.equal([{ id: 'ScheduleBuildAction', name: 'Run build again' }]);

    expect((await ask('POST', operations, schedule)).status).to.equal(200);
    const [build] = pair.provider.to('/job/demo/build');
    expect(build!.method).to.equal('POST');
    expect(build!.headers.authorization).to.match(/^OAuth oauth_token="at-1"/);
    expect(build!.headers.accept).to.equal('application/json');
  });

  it('answer 401 while the user has no token, and send nothing', async () => {
    expect((await ask('POST', operations, schedule)).status).to.equal(401);
    expect(pair.provider.to('/job/demo/build')).to.deep.equal([]);
  });

  it('tell what the build server answered', async () => {
    await pair.dance('ana');
    pair.provider.replies['/job/demo/build'] = { status: 403 };
    const { status, body } = await ask('POST', operations, schedule);
    expect(status).to.equal(409);
    expect(JSON.stringify(body)).to.include('answered 403');
  });

  it('require authorisation again when the build server has revoked the token', async () => {
    await pair.dance('ana');
    pair.provider.replies['/job/demo/build'] = {
      status: 401,
      headers: { 'WWW-Authenticate': 'OAuth oauth_problem="token_revoked"' },
    };
    expect((await ask('POST', operations, schedule)).status).to.equal(401);
    expect((await ask('GET', `${operations}?key=demo`)).body.isAuthorizationRequired).to.equal(true);
  });

  const refused: [name: string, method: string, path: string, body: unknown, status: number][] = [
    ['an unknown build', 'GET', `${operations}?key=other`, undefined, 404],
    ['no key', 'GET', operations, undefined, 404],
    ['an unknown action', 'POST', operations, { ...schedule, id: 'DropDatabase' }, 400],
    ['an action on an unknown build', 'POST', operations, { ...schedule, key: 'other' }, 404],
    ['a body that is no object', 'POST', operations, [], 400],
  ];
  for (const [name, method, path, body, status] of refused) {
    it(`answer ${status} to ${name}`, async () => {
      expect((await ask(method, path, body)).status).to.equal(status);
    });
  }

  it('need a user', async () => {
    expect((await ask('GET', `${operations}?key=demo`, undefined, '')).status).to.equal(401);
    expect((await ask('POST', operations, schedule, '')).status).to.equal(401);
  });

  it('know no build server without a link', async () => {
    const browser = await pair.standIn.as('ana');
    const page = await browser.get(
      `${pair.standIn.url}/rest/ui/latest/build-server/authorize?buildServerId=http://other`,
    );
    expect(page.status).to.equal(404);
    expect(pair.provider.received).to.deep.equal([]);
  });

  describe('from the start page', () => {
    let browser: MiniBrowser;

    beforeEach(async () => {
      browser = await pair.standIn.as('ana');
    });

    const press = async () => {
      const start = await browser.get(`${pair.standIn.url}/`);
      return browser.submit(start, { button: 'Run build again', form: 1 });
    };

    it('offer to authorise first', async () => {
      const page = await press();
      expect(page.text).to.include('Authorisation needed');
      expect(pair.provider.received).to.deep.equal([]);
    });

    it('start the build of whoever has authorised', async () => {
      await browser.get(pair.standIn.danceUrl(pair.linkId));
      const page = await press();
      expect(page.text).to.include('The build was started').and.include('201');
      expect(pair.provider.to('/job/demo/build')).to.have.lengthOf(1);
    });

    it('show what went wrong, escaped', async () => {
      await browser.get(pair.standIn.danceUrl(pair.linkId));
      pair.provider.replies['/job/demo/build'] = { status: 403, body: '<script>alert(1)</script>' };
      const page = await press();
      expect(page.text)
        .to.include('was not started')
        .and.include('&lt;script&gt;')
        .and.not.include('<script>');
    });

    it('answer 404 for a build that is gone', async () => {
      expect((await browser.post(`${pair.standIn.url}/builds/run`, { key: 'gone' })).status).to.equal(404);
    });
  });
});

describe('renewal by session handle', () => {
  const handleOf = (pair: LinkedPair): string | undefined =>
    pair.standIn.token(pair.linkId, 'ana')?.sessionHandle;

  it('is not what Bitbucket does: the handle is not even kept', async () => {
    const pair = await linkedPair();
    try {
      await pair.dance('ana');
      expect(handleOf(pair)).to.equal(undefined);
      let message = '';
      await pair.standIn.renew(pair.linkId, 'ana').catch((error: unknown) => (message = String(error)));
      expect(message).to.include('no renewable token');
      expect(pair.provider.to(paths.accessToken)).to.have.lengthOf(1);
    } finally {
      await pair.stop();
    }
  });

  it('replaces the token when it is switched on', async () => {
    const pair = await linkedPair('manual', { renews: true });
    try {
      await pair.dance('ana');
      expect(handleOf(pair)).to.equal('sh-1');
      pair.provider.replies[paths.accessToken] = {
        body: 'oauth_token=at-2&oauth_token_secret=ats-2&oauth_session_handle=sh-2',
      };
      expect(await pair.standIn.renew(pair.linkId, 'ana')).to.equal(undefined);
      const { form } = pair.provider.to(paths.accessToken)[1]!;
      expect([form.get('oauth_token'), form.get('oauth_session_handle')]).to.deep.equal(['at-1', 'sh-1']);
      expect(pair.standIn.token(pair.linkId, 'ana')).to.include({ token: 'at-2', sessionHandle: 'sh-2' });
    } finally {
      await pair.stop();
    }
  });

  it('tells the problem and keeps the token when it is refused', async () => {
    const pair = await linkedPair('manual', { renews: true });
    try {
      await pair.dance('ana');
      pair.provider.replies[paths.accessToken] = {
        status: 401,
        headers: { 'WWW-Authenticate': 'OAuth oauth_problem="permission_denied"' },
      };
      expect((await pair.standIn.renew(pair.linkId, 'ana'))?.problem).to.equal('permission_denied');
      expect(pair.standIn.token(pair.linkId, 'ana')?.token).to.equal('at-1');
    } finally {
      await pair.stop();
    }
  });
});
