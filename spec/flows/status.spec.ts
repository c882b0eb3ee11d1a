/** Testing a link: each error type of applinks-oauth1.md 3.4 that can be had, with a cause and a cure. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { browserOf } from '../support/consent.js';
import { TestClock } from '../support/clock.js';
import { connectAccount, linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';
import { registerConsumer } from '../support/register-consumer.js';
import { rememberSecret } from '../support/secrets.js';
import { send, TestConsumer } from '../support/test-consumer.js';

describe('The status of a link', () => {
  const clock = new TestClock();
  let pair: Pair;
  let linkId: string;
  let ourIdThere: string;
  beforeEach(async () => {
    pair = await startPair({ mount: 'path', options: { clock: clock.now } }, { clock: clock.now });
    ourIdThere = await linkByRedirect(pair);
    linkId = (await pair.app.applinks.links.list())[0]!.id;
  });
  afterEach(() => pair.close());

  const status = (user?: string) =>
    pair.app.applinks
      .client(linkId)
      .status(user === undefined ? undefined : { id: `id-${user}`, name: user });
  const change = async (changes: object): Promise<void> => {
    const link = (await pair.app.store.links.get(linkId))!;
    await pair.app.store.links.update({ ...link, ...changes });
  };
  const connect = (user: string, there: string) => connectAccount(pair, linkId, user, there);
  const expectType = async (type: string, user?: string): Promise<void> => {
    const seen = await status(user);
    expect([seen.type, seen.answer]).to.include(type);
    expect(seen.working).to.equal(false);
    expect(seen.cause)
      .to.match(/^[A-Z].+\.$/)
      .and.not.match(/[{}]/);
    expect(seen.cure)
      .to.match(/^[A-Z].+\.$/)
      .and.not.match(/[{}]/);
  };

  it('is working, with a hint that calls without a user are anonymous there', async () => {
    const seen = await status();
    expect(seen).to.include({ working: true, type: 'WORKING', category: 'WORKING' });
    expect(seen.hints.join()).to.include('no executing user');
  });

  it('CONNECTION_REFUSED, when the peer is down', async () => {
    await pair.bitbucket.stop();
    // A connection that was kept open is found to be lost first.
    await status();
    await expectType('CONNECTION_REFUSED');
    await pair.bitbucket.start();
  });

  it('UNKNOWN_HOST and ADDRESS_REFUSED, by the address', async () => {
    await change({ rpcUrl: 'http://no-such-host.invalid' });
    await expectType('UNKNOWN_HOST');
    await change({ rpcUrl: 'http://169.254.169.254' });
    await expectType('ADDRESS_REFUSED');
  });

  it('REDIRECTED, UNEXPECTED_RESPONSE and CONNECTION_LOST, by what answers', async () => {
    const { faults } = pair.bitbucket;
    const manifest = /applinks\/1\.0\/manifest/;
    faults.answer(manifest, {
      status: 302,
      headers: { Location: 'https://login.example.test/?secret=1' },
      once: true,
    });
    await expectType('REDIRECTED');
    faults.answer(manifest, {
      body: '<html><h1>Proxy</h1> says no</html>',
      headers: { 'Content-Type': 'text/html' },
      once: true,
    });
    const page = await status();
    expect([page.type, page.answer]).to.deep.equal(['UNEXPECTED_RESPONSE', 'Proxy says no']);
    faults.answer(manifest, { drop: true, once: true });
    await expectType('CONNECTION_LOST');
    faults.answer(/3\.0\/status/, { status: 503, body: 'down for now', once: true });
    await expectType('UNEXPECTED_RESPONSE_STATUS');
    faults.answer(/3\.0\/status/, { body: '{"incoming":', once: true });
    await expectType('UNEXPECTED_RESPONSE');
  });

  it('WRONG_INSTALLATION, when another one answers there', async () => {
    await change({ applicationId: '680a4e42-d268-36bc-9728-7b01427756c2' });
    await expectType('WRONG_INSTALLATION');
  });

  it('NO_REMOTE_APPLINK, when the link was deleted there only', async () => {
    await pair.bitbucket.linking.deleteLink(ourIdThere);
    await expectType('NO_REMOTE_APPLINK');
  });

  it('AUTH_LEVEL_MISMATCH and DISABLED, by the levels', async () => {
    const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
    const before = pair.bitbucket.linking.levels(ourIdThere);
    await pair.bitbucket.linking.setLevels(ourIdThere, { incoming: before.incoming, outgoing: off });
    const seen = await status();
    expect([seen.type, seen.answer]).to.deep.equal([
      'AUTH_LEVEL_MISMATCH',
      'It calls us: OAuth here, disabled there.',
    ]);
    await pair.bitbucket.linking.setLevels(ourIdThere, { incoming: off, outgoing: off });
    await change({ incoming: [], outgoing: [] });
    await expectType('DISABLED');
  });

  it('OAUTH_SIGNATURE_INVALID, when the peer holds another key of ours', async () => {
    pair.bitbucket.faults.problem = 'signature_invalid';
    await expectType('OAUTH_SIGNATURE_INVALID');
    pair.bitbucket.faults.problem = 'consumer_key_unknown';
    await expectType('CONSUMER_UNKNOWN');
    pair.bitbucket.faults.problem = 'permission_denied';
    await expectType('OAUTH_PROBLEM');
  });

  it('OAUTH_TIMESTAMP_REFUSED, with the difference of the clocks', async () => {
    pair.bitbucket.faults.serverClockOffsetSeconds = 900;
    const seen = await status();
    expect(seen.type).to.equal('OAUTH_TIMESTAMP_REFUSED');
    expect(seen.hints.join()).to.match(/Its clock is (?:899|900|901) seconds ahead of ours/);
  });

  it('OAUTH_TIMESTAMP_REFUSED, with the difference also when there is no clock in its answers', async () => {
    pair.bitbucket.faults.serverClockOffsetSeconds = -900;
    pair.bitbucket.faults.answer(/./, { headers: { Date: 'unknown' } });
    const seen = await status();
    expect(seen.type).to.equal('OAUTH_TIMESTAMP_REFUSED');
    expect(seen.hints.join()).to.match(/Its clock is (?:899|900|901) seconds behind ours/);
  });

  it('REMOTE_VERSION_INCOMPATIBLE, and no comparison of levels with a peer that cannot tell them', async () => {
    const hasVersion = (version: string) =>
      pair.bitbucket.faults.answer(/1\.0\/manifest/, {
        body: (real) => real.replace(/(applinksVersion>)[^<]*/, `$1${version}`),
      });
    for (const version of ['3.9', '4', '4.0.12', '4.0.9.m20']) {
      hasVersion(version);
      await expectType('REMOTE_VERSION_INCOMPATIBLE');
    }
    pair.bitbucket.faults.answer(/3\.0\/status/, { status: 404, body: '' });
    for (const version of ['4.0.13', '4.3.10', '5.0.4']) {
      hasVersion(version);
      const seen = await status();
      expect([seen.type, seen.hints[0]]).to.deep.equal([
        'WORKING',
        'It is too old to tell what it allows, so levels were not compared.',
      ]);
    }
    for (const version of ['5.0.5', '5.1', '10.0.0']) {
      hasVersion(version);
      await expectType('NO_REMOTE_APPLINK');
    }
  });

  it('PEER_KEY_CHANGED, when it signs with another key or under another consumer key', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    for (const change of [
      (real: string) => real.replace(/(publicKey>)[^<]*/, `$1${other}`),
      (real: string) => real.replace(/(key>)[^<]*/, '$1Bitbucket:1'),
    ]) {
      pair.bitbucket.faults.answer(/consumer-info/, { body: change });
      await expectType('PEER_KEY_CHANGED');
    }
    pair.bitbucket.faults.clearAnswers();
    expect((await status()).type).to.equal('WORKING');
  });

  it('AUTH_LEVEL_UNSUPPORTED, when 2LO is refused by a bare challenge', async () => {
    pair.bitbucket.faults.answer(/whoami/, {
      status: 401,
      headers: { 'WWW-Authenticate': 'OAuth realm="x"' },
      body: '',
    });
    await expectType('AUTH_LEVEL_UNSUPPORTED');
    const headers = { 'WWW-Authenticate': 'Basic realm="proxy"' };
    pair.bitbucket.faults.answer(/whoami/, { status: 401, headers, body: '' });
    await expectType('UNEXPECTED_RESPONSE_STATUS');
  });

  it('tokens: missing, refused, and enough', async () => {
    const levels = { threeLegged: true, twoLegged: false, impersonation: false };
    const link = (await pair.app.store.links.get(linkId))!;
    await change({ outgoing: link.outgoing.map((one) => ({ ...one, levels })), levels: { ...link.levels } });
    const there = pair.bitbucket.linking.levels(ourIdThere);
    await pair.bitbucket.linking.setLevels(ourIdThere, {
      incoming: { ...there.incoming, twoLoEnabled: false },
      outgoing: there.outgoing,
    });
    await expectType('LOCAL_AUTH_TOKEN_REQUIRED', 'ana');
    expect((await status('ana')).connectUrl).to.equal(`${pair.app.baseUrl}/applinks/connect/${linkId}`);
    await connect('ana', 'ben');
    expect((await status('ana')).type).to.equal('WORKING');
    pair.bitbucket.faults.problem = 'token_rejected';
    await expectType('REMOTE_AUTH_TOKEN_REQUIRED', 'ana');
  });

  it('b11: GENERIC_LINK there is healthy, and any other verdict of an administrator’s there is told', async () => {
    await connect('ana', 'admin');
    const seen = await status('ana');
    expect(seen).to.include({ working: true, type: 'WORKING' });
    expect(seen.hints.join(' ')).to.include('Non-Atlassian. That is how it should be');
    expect(seen.hints.join(' ')).not.to.include('not tested');
    const verdict = new RegExp(`3\\.0/status/${ourIdThere}$`);
    const body = JSON.stringify({ working: false, error: { type: 'AUTH_LEVEL_MISMATCH' } });
    pair.bitbucket.faults.answer(verdict, { status: 200, body, once: true });
    expect((await status('ana')).hints.join(' ')).to.include('says: AUTH_LEVEL_MISMATCH.');
    for (const answer of [{ status: 403 }, { drop: true }, { body: '<html>' }]) {
      pair.bitbucket.faults.answer(verdict, { ...answer, once: true });
      expect((await status('ana')).type).to.equal('WORKING');
    }
  });

  it('of a server that is no Atlassian product is whether it answers', async () => {
    const server = pair.bitbucket.url;
    const { link } = await pair.app.applinks.links.create({ name: 'A server', rpcUrl: `${server}/other` });
    const addresses = { requestTokenUrl: `${server}/r`, accessTokenUrl: `${server}/a` };
    const admin = await browserOf(pair.app.baseUrl, 'admin');
    const set = await send(`${pair.app.baseUrl}/applinks/rest/links/${link.id}/outgoing`, {
      method: 'PUT',
      headers: {
        cookie: admin.cookies.header(new URL(pair.app.baseUrl)),
        origin: new URL(pair.app.baseUrl).origin,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...addresses,
        authorizeUrl: `${server}/z`,
        consumerKey: 'us',
        sharedSecret: rememberSecret('a secret of two', 'consumer secret'),
      }),
    });
    expect(set.status, set.text).to.equal(200);
    const client = pair.app.applinks.client(link.id);
    expect(await client.status()).to.include({ working: true, type: 'REACHABLE' });
    pair.bitbucket.faults.answer(/other$/, {
      status: 302,
      headers: { Location: 'https://login.example.test' },
      once: true,
    });
    expect((await client.status()).type).to.equal('REACHABLE');
    await pair.bitbucket.stop();
    await client.status();
    expect(await client.status()).to.include({ working: false, type: 'CONNECTION_REFUSED' });
    await pair.bitbucket.start();
  });

  it('has the last error of our calls beside it, on the page and as JSON', async () => {
    pair.bitbucket.faults.problem = 'permission_denied';
    const failed = await pair.app.applinks
      .client(linkId)
      .asApplication()('/rest/api/1.0/projects')
      .catch((error: unknown) => error);
    expect(failed).to.have.property('problem', 'permission_denied');
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const url = `${pair.app.baseUrl}/applinks/admin/links/${linkId}`;
    const { text } = await browser.get(url);
    expect(text).to.include('Last error').and.include('<code>permission_denied</code>');
    const cookie = browser.cookies.header(new URL(url));
    const read = await send(`${pair.app.baseUrl}/applinks/rest/links/${linkId}/status`, {
      headers: { cookie },
    });
    const said = JSON.parse(read.text) as Record<string, unknown>;
    expect(said.outgoingFailed).to.include({
      problem: 'permission_denied',
      message: 'The other application refused the request (permission_denied).',
    });
  });

  it('of a link entered by hand is nothing that we could test', async () => {
    const { link } = await pair.app.applinks.links.create({ name: 'By hand' });
    const seen = await pair.app.applinks.client(link.id).status();
    expect(seen).to.include({ working: true, type: 'INCOMING_ONLY' });
  });

  it('is shown to administrators by a button, in the list, and as JSON', async () => {
    await pair.bitbucket.linking.deleteLink(ourIdThere);
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const url = `${pair.app.baseUrl}/applinks/admin/links/${linkId}`;
    const page = await browser.get(url);
    const form = page.forms.findIndex(({ action }) => action.endsWith('/test'));
    expect((await browser.submit(page, { form })).status).to.equal(303);
    for (const shown of [await browser.get(url), await browser.get(`${pair.app.baseUrl}/applinks/admin`)])
      expect(shown.text).to.include('NO_REMOTE_APPLINK').and.include('or delete the link here');
    const cookie = browser.cookies.header(new URL(url));
    const rest = `${pair.app.baseUrl}/applinks/rest/links/${linkId}/status`;
    const read = await send(rest, { headers: { cookie } });
    expect(JSON.parse(read.text)).to.have.nested.property('status.type', 'NO_REMOTE_APPLINK');
    const tested = await send(rest, {
      method: 'POST',
      body: '{}',
      headers: { cookie, origin: new URL(url).origin, 'content-type': 'application/json' },
    });
    expect(JSON.parse(tested.text)).to.have.nested.property('status.working', false);
    expect((await send(rest, {})).status).to.equal(401);
  });

  it('tells the administrator over which URL a refused signature was made', async () => {
    const consumer = await registerConsumer(pair.app);
    const elsewhere = new TestConsumer(pair.app.baseUrl.replace(/\/ci$/, ''), consumer.identity);
    const { signRequest } = await import('express-applinks/testing');
    const signed = signRequest({
      method: 'POST',
      url: `${elsewhere.baseUrl}/plugins/servlet/oauth/request-token`,
      identity: consumer.identity,
      protocol: { oauth_callback: 'oob' },
      timestampSeconds: clock.seconds(),
    });
    const url = `${pair.app.baseUrl}/plugins/servlet/oauth/request-token`;
    const refused = await send(url, { method: 'POST', headers: signed.headers });
    expect([refused.problem, refused.text.includes('/ci/')]).to.deep.equal(['signature_invalid', false]);
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const page = await browser.get(`${pair.app.baseUrl}/applinks/admin/links/${consumer.linkId}`);
    expect(page.text).to.include(`<code>${elsewhere.baseUrl}/plugins/servlet/oauth/request-token</code>`);
    expect(page.text)
      .to.include('oauth_consumer_key, ')
      .and.not.include(consumer.identity.consumerKey + '&');
  });
});
