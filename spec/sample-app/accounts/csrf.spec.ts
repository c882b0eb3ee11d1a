import { expect } from 'chai';
import { csrfTokenOf, startCi, type TestCi } from '../support/test-ci.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('forms sent by other sites', () => {
  const folder = temporaryFolder(() => ci.close());
  let ci: TestCi;
  let token = '';
  let cookie = '';
  let foreignToken = '';

  before(async () => {
    ci = await startCi({ dataDir: folder.path, working: false });
    const admin = await ci.as('admin');
    token = await csrfTokenOf(admin, ci.baseUrl);
    cookie = admin.cookies.header(new URL(ci.baseUrl));
    foreignToken = await csrfTokenOf(await ci.as('developer'), ci.baseUrl);
  });

  const send = async (
    headers: Record<string, string>,
    body = `csrf_token=${token}`,
    path = '/job/demo/build',
  ): Promise<number> => {
    const answer = await fetch(`${ci.baseUrl}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        Accept: 'text/html',
        Cookie: cookie,
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body,
    });
    await answer.text();
    return answer.status;
  };
  const ours = (): Record<string, string> => ({ Origin: ci.baseUrl });

  it('are told from ours, which carry the token and come from our origin', async () => {
    expect(await send(ours())).to.equal(303);
    expect(await send({ 'Sec-Fetch-Site': 'same-origin', Origin: 'null' })).to.equal(303);
    expect(await send({ ...ours(), 'X-CSRF-Token': token }, '')).to.equal(303);
  });

  it('are refused without the token, with a wrong one, with that of another session', async () => {
    for (const body of [
      '',
      'csrf_token=',
      `csrf_token=${token}x`,
      `csrf_token=${foreignToken}`,
      'csrf_token=a&csrf_token=b',
    ]) {
      expect(await send(ours(), body), body).to.equal(403);
    }
    expect(await send(ours(), '', `/job/demo/build?csrf_token=${token}`)).to.equal(403);
  });

  it('are refused from another origin even with the token', async () => {
    const foreign: Record<string, string>[] = [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: `${ci.baseUrl}.evil.example` },
      { 'Sec-Fetch-Site': 'cross-site', Origin: ci.baseUrl },
      { 'Sec-Fetch-Site': 'same-site', Origin: ci.baseUrl },
      { 'Sec-Fetch-Site': 'none' },
      {},
    ];
    for (const headers of foreign) {
      expect(await send(headers), JSON.stringify(headers)).to.equal(403);
    }
  });

  it('are not let in because they merely look like OAuth (SECURITY-3434)', async () => {
    const six =
      'oauth_consumer_key=k&oauth_token=t&oauth_signature_method=HMAC-SHA1&oauth_signature=s&oauth_timestamp=1&oauth_nonce=n';
    expect(await send(ours(), '', `/job/demo/build?${six}`)).to.equal(403);
    expect(await send(ours(), six)).to.equal(403);
    const header = `OAuth ${six.replaceAll('&', ', ').replaceAll(/=([^,]+)/g, '="$1"')}`;
    expect(await send({ ...ours(), Authorization: header })).to.be.within(400, 401);
  });

  it('guard every form, the logout included', async () => {
    for (const path of [
      '/logout',
      '/users',
      '/settings',
      '/jobs/new',
      '/job/demo/configure',
      '/job/demo/delete',
    ]) {
      expect(await send(ours(), '', path), path).to.equal(403);
    }
  });

  it('cannot log a browser in as somebody else', async () => {
    const body = 'name=admin&password=x';
    expect(await send({ Origin: 'http://evil.example', Cookie: '' }, body, '/login')).to.equal(403);
    expect(await send({ 'Sec-Fetch-Site': 'cross-site', Cookie: '' }, body, '/login')).to.equal(403);
  });
});
