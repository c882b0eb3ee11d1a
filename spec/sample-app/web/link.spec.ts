/** A Bitbucket at the other end: whom it acts for, what that user may do, and what a token is not good for. */
import { expect } from 'chai';
import {
  bitbucketStandIn,
  enterLink,
  type BitbucketStandIn,
  type CallResult,
} from 'express-applinks/testing';
import { csrfTokenOf, logIn, startCi, submit, adminPassword, type TestCi } from '../support/test-ci.js';
import { rememberSecret } from '../../support/secrets.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { eventually } from '../support/waiting.js';

const key = 'bitbucket';
const sharedSecret = rememberSecret('a shared secret of the sample', 'consumer secret');

describe('the CI server linked with Bitbucket', () => {
  const folder = temporaryFolder(async () => {
    await ci.close();
    await bitbucket.stop();
  });
  let ci: TestCi;
  let bitbucket: BitbucketStandIn;
  let linkId = '';

  before(async () => {
    bitbucket = bitbucketStandIn();
    await bitbucket.start();
    ci = await startCi({ dataDir: folder.path, path: '/ci' });
    await ci.server.applinks.links.create({
      name: 'Bitbucket',
      displayUrl: bitbucket.url,
      credential: { key, signatureMethod: 'HMAC-SHA1', secret: sharedSecret },
    });
    await Promise.all([ci.as('developer'), ci.as('reader')]);
    // As for Jenkins: what was set up there only needs another host.
    const entered = await enterLink(
      bitbucket.url,
      { name: 'admin', password: 'sysadmin' },
      {
        name: 'Sample CI',
        url: ci.baseUrl,
        manual: {
          consumerKey: key,
          sharedSecret,
          requestTokenUrl: '/ci/bitbucket/oauth/request-token',
          accessTokenUrl: '/ci/bitbucket/oauth/access-token',
          authorizeUrl: '/ci/bbs-oauth/authorize',
        },
      },
    );
    linkId = entered.id;
    await connect('ana', 'developer');
    await connect('ben', 'reader');
  });

  /** The user of Bitbucket authorises it as this user of the CI server, logging in on the way. */
  const connect = async (bitbucketUser: string, name: string): Promise<void> => {
    const browser = await bitbucket.as(bitbucketUser);
    const login = await browser.get(bitbucket.danceUrl(linkId));
    const consent = await submit(browser, login, '/login', { name, password: adminPassword });
    const form = consent.forms.findIndex(({ buttons }) =>
      buttons.some((button) => button.name === 'authorize'),
    );
    await browser.submit(consent, { form, button: 'authorize' });
    expect(bitbucket.dances.at(-1)?.outcome, bitbucket.dances.at(-1)?.message).to.equal('connected');
  };
  const call = (user: string, method: string, path: string): Promise<CallResult> =>
    bitbucket.call(linkId, user, method, path, { headers: { Accept: 'application/json' } });
  const locationOf = ({ exchange }: CallResult): string =>
    exchange?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
  const json = (result: CallResult) =>
    JSON.parse(result.body) as {
      status: string;
      result: string | null;
      actions: [{ causes: { shortDescription: string }[] }] & { id: string; url: string }[];
    };
  const finished = (user: string, url: string) =>
    eventually(async () => {
      const build = json(await call(user, 'GET', `${url}api/json`));
      return build.result === null ? undefined : build;
    });

  it('builds in the name of the user who consented, and says through which link', async () => {
    const started = await call('ana', 'POST', '/job/demo/build');
    expect(started.status).to.equal(201);
    expect(locationOf(started)).to.match(/\/ci\/job\/demo\/\d+\/$/);
    const build = await finished('ana', locationOf(started));
    expect(build.result).to.equal('SUCCESS');
    expect(build.actions[0].causes[0]?.shortDescription).to.equal('Started by developer from Bitbucket');
    expect((await call('ana', 'GET', `${locationOf(started)}consoleText`)).body).to.include(
      'ok   greets one',
    );
  });

  it('lists what the user may do with a build, and does it when asked', async () => {
    const first = locationOf(await call('ana', 'POST', '/job/demo/build'));
    await finished('ana', first);
    const actions = json(await call('ana', 'GET', `${first}actions`)).actions as {
      id: string;
      url: string;
    }[];
    expect(actions.map(({ id }) => id)).to.deep.equal(['RebuildAction']);
    const again = await call('ana', 'POST', actions[0]?.url ?? '');
    expect(again.status).to.equal(201);
    expect(locationOf(again)).not.to.equal(first);
    await finished('ana', locationOf(again));
  });

  it('answers 403, not 401, to a user who may only read: the token is good, the permission is missing', async () => {
    const refused = await call('ben', 'POST', '/job/demo/build');
    expect(refused.status).to.equal(403);
    expect(refused.problem).to.equal(undefined);
    expect(bitbucket.token(linkId, 'ben')?.kind).to.equal('access');
    expect((await call('ben', 'GET', '/job/demo/1/api/json')).status).to.equal(200);
    expect(json(await call('ben', 'GET', '/job/demo/1/actions')).actions).to.deep.equal([]);
    expect((await call('ben', 'POST', '/job/demo/1/rebuild')).status).to.equal(403);
    expect((await call('ben', 'POST', '/job/demo/1/stop')).status).to.equal(403);
  });

  it('answers 404 for a job and 409 for a build that is over', async () => {
    expect((await call('ana', 'POST', '/job/none/build')).status).to.equal(404);
    expect((await call('ana', 'POST', '/job/demo/1/stop')).status).to.equal(409);
  });

  it('refuses a request that was sent before, whatever it would do', async () => {
    const sent = (await call('ana', 'POST', '/job/demo/build')).exchange ?? expect.fail('nothing was sent');
    const replayed = await bitbucket.replay(sent);
    expect(replayed.status).to.equal(401);
    expect(JSON.stringify(replayed.headers)).to.include('nonce_used');
  });

  it('does not look at a session when there are OAuth credentials, good or bad', async () => {
    const admin = await ci.as('admin');
    const cookie = admin.cookies.header(new URL(ci.baseUrl));
    const token = await csrfTokenOf(admin, ci.baseUrl);
    const session = { Cookie: cookie, 'X-CSRF-Token': token, Origin: new URL(ci.baseUrl).origin };
    const signed = await bitbucket.call(linkId, 'ben', 'POST', '/job/demo/build', {
      headers: { ...session, Accept: 'application/json' },
    });
    expect(signed.status).to.equal(403);
    const bad = await fetch(`${ci.baseUrl}/job/demo/api/json`, {
      headers: { ...session, Authorization: 'OAuth oauth_consumer_key="bitbucket", oauth_token="x"' },
    });
    expect(bad.status).to.be.within(400, 401);
    expect(bad.headers.get('www-authenticate')).to.match(/^OAuth /);
  });

  it('lets no token administer, not even that of an administrator', async () => {
    await connect('admin', 'admin');
    expect((await call('admin', 'POST', '/job/demo/build')).status).to.equal(201);
    for (const [method, path] of [
      ['GET', '/users'],
      ['GET', '/settings'],
      ['GET', '/job/demo/configure'],
      ['POST', '/jobs/new'],
      ['POST', '/job/demo/delete'],
    ] as const) {
      expect((await call('admin', method, path)).status, path).to.equal(403);
    }
  });

  it('gives a token without the scope nothing to start', async () => {
    const { applinks } = ci.server;
    const [link] = await applinks.links.list();
    const [credential] = link?.incoming ?? [];
    await applinks.links.updateCredential(link?.id ?? '', credential?.id ?? '', { scopes: [] });
    await applinks.tokens.revoke({ linkId: link?.id ?? '' });
    await connect('ana', 'developer');
    expect((await call('ana', 'GET', '/job/demo/api/json')).status).to.equal(200);
    expect((await call('ana', 'POST', '/job/demo/build')).status).to.equal(403);
    await applinks.links.updateCredential(link?.id ?? '', credential?.id ?? '', { scopes: null });
    await applinks.tokens.revoke({ linkId: link?.id ?? '' });
    await connect('ana', 'developer');
    await connect('ben', 'reader');
  });

  it('counts a change of the role from the next request on', async () => {
    await changeUser('reader', '/role', { role: 'developer' });
    expect((await call('ben', 'POST', '/job/demo/build')).status).to.equal(201);
    await changeUser('reader', '/role', { role: 'reader' });
    expect((await call('ben', 'POST', '/job/demo/build')).status).to.equal(403);
  });

  it('refuses the token while its user is disabled, and for good when they were deleted', async () => {
    await changeUser('reader', '/disabled', {});
    const disabled = await call('ben', 'GET', '/job/demo/api/json');
    expect([disabled.status, disabled.problem]).to.deep.equal([401, 'token_rejected']);
    await changeUser('reader', '/disabled', {});
    await connect('ben', 'reader');
    await changeUser('reader', '/delete', {});
    const deleted = await call('ben', 'GET', '/job/demo/api/json');
    expect([deleted.status, deleted.problem]).to.deep.equal([401, 'token_rejected']);
    expect(await ci.server.applinks.tokens.list({}, { limit: 100, offset: 0 })).to.satisfy(
      (tokens: { userId: string }[]) => tokens.every(({ userId }) => userId !== deletedId),
    );
  });

  let deletedId = '';
  const changeUser = async (name: string, action: string, fields: Record<string, string>): Promise<void> => {
    const admin = await logIn(ci.baseUrl, 'admin');
    const list = await admin.get(`${ci.baseUrl}/users`);
    const id = new RegExp(`/users/([\\w-]{36})">${name}<`).exec(list.text)?.[1] ?? '';
    deletedId = id;
    const page = await admin.get(`${ci.baseUrl}/users/${id}${action === '/delete' ? '/delete' : ''}`);
    expect((await submit(admin, page, action, fields)).status).to.equal(200);
  };
});
