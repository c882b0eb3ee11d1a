/**
 * What the stand-in must do, held against the kit row by row of applinks-oauth1.md 11c: the last column of that table.
 * The rows' own behaviour, against scripts and other people's libraries, is in spec/plugin/testing/.
 */
import { expect } from 'chai';
import { bitbucketStandIn, createBrowser, type MiniBrowser } from 'express-applinks/testing';
import { urlDerivedId } from '../../plugin/server-id.js';
import { createFaultyKit, type FaultyKit } from '../support/faulty-kit.js';
import { passwordOf } from '../support/kit-host.js';
import { linkByPassword, linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };

describe('Rows of 11c, the stand-in against the kit', () => {
  let pair: Pair;
  let kit: FaultyKit;
  beforeEach(async () => {
    kit = createFaultyKit();
    pair = await startPair({ mount: 'path', first: kit.middleware });
  });
  afterEach(() => pair.close());

  const onlyLink = async () => {
    const links = await pair.app.applinks.links.list();
    expect(links).to.have.length(1);
    return links[0]!;
  };
  const bothBrowser = async (here: string, there: string): Promise<MiniBrowser> => {
    const browser = await pair.bitbucket.as(there);
    await browser.get(`${pair.app.baseUrl}/login?user=${here}`);
    return browser;
  };
  const asAdministrator = (path: string, method: string, body?: unknown): Promise<Response> =>
    fetch(pair.bitbucket.url + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from('admin:sysadmin').toString('base64')}`,
        'x-atlassian-token': 'no-check',
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  for (const product of ['stash', 'jira', 'confluence'] as const)
    for (const hostKeyBits of [1024, 2048])
      it(`c1: the kit parses the documents of ${product} with a key of ${hostKeyBits} bits`, async () => {
        const peer = bitbucketStandIn({ product, hostKeyBits, hostConsumerKey: 'Its name: 01 23' });
        await peer.start();
        try {
          await linkByRedirect({ ...pair, bitbucket: peer });
          const { type, applicationId, incoming } = await onlyLink();
          expect([type, applicationId]).to.deep.equal([product, peer.serverId]);
          expect(incoming.map(({ key }) => key)).to.deep.equal(['Its name: 01 23']);
          const call = await peer.linking.callAsApplication(peer.links()[0]!.id, 'GET', '/whois');
          expect(call.outcome).to.equal('ok');
        } finally {
          await peer.stop();
        }
      });

  it('c2: the probe finds the kit served, down and broken, itself and a duplicate', async () => {
    const { baseUrl } = pair.app;
    const probe = (url = baseUrl) => pair.bitbucket.linking.probe(url);
    const found = await probe();
    expect(found).to.have.nested.property('manifest.id', urlDerivedId(baseUrl));
    expect(await probe(`${baseUrl}/`)).to.deep.equal(found);
    kit.fail(/manifest/, 'refused');
    expect(await probe()).to.deep.equal({ status: 200, info: {} });
    kit.fail(/manifest/, 'dropped');
    expect(await probe()).to.have.nested.property('info.code', 'applinks.warning.unknown.host');
    kit.clear();
    expect(await probe(pair.bitbucket.url)).to.include({ status: 409 });
    await linkByRedirect(pair);
    expect(await probe()).to.include({ status: 409 });
  });

  it('c3: a link to the kit has the id of its URL, whichever is sent, which the kit reads from the href', async () => {
    const link = {
      id: pair.bitbucket.serverId,
      name: 'Sample CI',
      rpcUrl: pair.app.baseUrl,
      typeId: 'generic',
    };
    const created = await asAdministrator('/rest/applinks/3.0/applicationlink', 'PUT', link);
    expect(created.status).to.equal(201);
    expect(await created.json()).to.have.nested.property(
      'resources-created[0].href',
      `${pair.bitbucket.url}/rest/applinks/3.0/applicationlink/${urlDerivedId(pair.app.baseUrl)}`,
    );
    const again = await asAdministrator('/rest/applinks/3.0/applicationlink', 'PUT', link);
    expect(again.status).to.equal(400);
  });

  for (const entityFormat of ['xml', 'json'] as const)
    it(`c4: the password flow ends with a complete link, its entity as ${entityFormat}`, async () => {
      pair.bitbucket.linking.switches.entityFormat = entityFormat;
      const there = await linkByPassword(pair);
      const { incoming, outgoing } = await onlyLink();
      expect([incoming.length, outgoing.length]).to.deep.equal([1, 1]);
      expect(pair.bitbucket.linking.levels(there)).to.deep.equal({ incoming: on, outgoing: on });
    });

  it('c5: the redirect flow, with values unquoted, and with the id of a link that is not', async () => {
    pair.bitbucket.linking.switches.quotesParameters = false;
    pair.bitbucket.linking.switches.createdId = '680a4e42-d268-36bc-9728-7b01427756c2';
    await linkByRedirect(pair);
    expect(await pair.app.applinks.client((await onlyLink()).id).status()).to.include({ working: true });
  });

  it('c6, c15: a dance begun under the stand-in’s other name comes back there', async () => {
    const there = await linkByRedirect(pair);
    for (const [at, url] of pair.bitbucket.urls.entries()) {
      const name = ['ana', 'ben'][at]!;
      const browser = createBrowser();
      await browser.post(`${url}/login`, { j_username: name, j_password: name });
      await browser.get(`${pair.app.baseUrl}/login?user=ana`);
      const consent = await browser.get(pair.bitbucket.danceUrl(there).replace(pair.bitbucket.url, url));
      expect(consent.text).to.include(new URL(url).host);
      const done = await browser.submit(consent, { button: 'authorize' });
      expect(new URL(done.url).origin).to.equal(new URL(url).origin);
      expect(pair.bitbucket.dances.at(-1)).to.include({ user: name, outcome: 'connected' });
    }
  });

  it('c7: a manual link signs for users with its secret, and without a user with the host key', async () => {
    const browser = await bothBrowser('admin', 'admin');
    const entry = await browser.get(`${pair.app.baseUrl}/applinks/admin/create`);
    const page = await browser.submit(entry, { fields: { url: pair.bitbucket.url } });
    const form = page.forms.findIndex(({ fields }) => fields.some(([name]) => name === 'direction'));
    const fields = { how: 'password', admin_name: 'admin', admin_password: 'sysadmin', manual: '1' };
    await browser.submit(page, { form, fields });
    const there = pair.bitbucket.links()[0]!.id;
    await browser.submit(await browser.get(pair.bitbucket.danceUrl(there)), { button: 'authorize' });
    const signed = [
      await pair.bitbucket.call(there, 'admin', 'GET', '/whois'),
      await pair.bitbucket.linking.callAsApplication(there, 'GET', '/whois'),
    ].map(({ outcome, exchange }) => [
      outcome,
      /oauth_signature_method="([^"]+)"/.exec(String(exchange?.request.headers.Authorization))?.[1],
    ]);
    expect(signed).to.deep.equal([
      ['ok', 'HMAC-SHA1'],
      ['ok', 'RSA-SHA1'],
    ]);
  });

  it('c7, a16: names a user without a token of theirs, with the kit’s option and the level on both sides', async () => {
    const other = await startPair({ mount: 'path', options: { allowImpersonation: true } });
    try {
      const there = await linkByRedirect(other);
      const as = (requestor: string) =>
        other.bitbucket.linking.callAsApplication(there, 'GET', '/whois?a=%20b', { requestor });
      expect((await as('ana')).status).to.equal(401);
      const [link] = await other.app.applinks.links.list();
      await other.app.store.links.update({ ...link!, levels: { ...link!.levels, impersonation: true } });
      const named = await as('ana');
      expect(JSON.parse(named.body)).to.include({ user: 'ana' });
      const { url, headers } = named.exchange!.request;
      expect(new URL(url).search).to.equal('?a=%20b&xoauth_requestor_id=ana');
      expect(headers.Authorization).to.include('oauth_token=""').and.not.include('requestor');
    } finally {
      await other.close();
    }
  });

  it('c8: a wrong signature leaves the token, a revoked one is dropped', async () => {
    const there = await linkByRedirect(pair);
    const browser = await bothBrowser('ana', 'ben');
    await browser.submit(await browser.get(pair.bitbucket.danceUrl(there)), { button: 'authorize' });
    pair.bitbucket.faults.wrongSignature = true;
    const wrong = await pair.bitbucket.call(there, 'ben', 'GET', '/whois');
    expect([wrong.outcome, wrong.problem]).to.deep.equal(['failed', 'signature_invalid']);
    expect(pair.bitbucket.token(there, 'ben')?.kind).to.equal('access');
    pair.bitbucket.faults.wrongSignature = false;
    await pair.app.applinks.tokens.revoke({ userId: 'id-ana' });
    const revoked = await pair.bitbucket.call(there, 'ben', 'GET', '/whois');
    expect(revoked.outcome).to.equal('credentials-required');
    expect(pair.bitbucket.token(there, 'ben')).to.equal(undefined);
  });

  it('c9: to the stand-in the kit is anonymous without an executing user, and refused without the level', async () => {
    const there = await linkByRedirect(pair);
    const call = pair.app.applinks.client((await onlyLink()).id).asApplication();
    const whoami = async (): Promise<string> => (await call('/plugins/servlet/applinks/whoami')).text();
    expect(await whoami()).to.equal('');
    const consumer = [...pair.bitbucket.consumers.values()].find(({ linkId }) => linkId === there)!;
    consumer.executingUser = 'ben';
    expect(await whoami()).to.equal('ben');
    consumer.twoLegged = false;
    const refused = await call('/plugins/servlet/applinks/whoami');
    expect([refused.status, await refused.text()]).to.deep.equal([401, '']);
  });

  it('c10: PUT consumer and PUT status fetch the kit’s consumer info; PUT status wipes a manual configuration', async () => {
    const { linkId } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    const consumer = `/rest/applinks-oauth/1.0/applicationlink/${linkId}/authentication/consumer`;
    const status = `/rest/applinks/3.0/status/${linkId}/oauth`;
    const provider = [...pair.bitbucket.link(linkId)!.providers.keys()][0]!;
    pair.bitbucket.link(linkId)!.providers.set(provider, { 'consumerKey.outbound': 'by-hand' });
    kit.fail(/consumer-info/, 'refused');
    expect((await asAdministrator(`${consumer}?autoConfigure=true`, 'PUT', {})).status).to.equal(500);
    const levels = { incoming: on, outgoing: on };
    expect((await asAdministrator(status, 'PUT', levels)).status).to.equal(409);
    kit.clear();
    expect((await asAdministrator(status, 'PUT', levels)).status).to.equal(204);
    expect(pair.bitbucket.link(linkId)!.providers.get(provider)).to.deep.equal({});
    expect(pair.bitbucket.linking.levels(linkId)).to.deep.equal(levels);
  });

  it('c11: a link of a built-in type works by the kit’s status API, until a level differs or the kit’s half is gone', async () => {
    const id = urlDerivedId(pair.app.baseUrl);
    const link = { id, name: 'Sample CI', rpcUrl: pair.app.baseUrl, typeId: 'bamboo' };
    await asAdministrator('/rest/applinks/3.0/applicationlink', 'PUT', link);
    expect((await pair.bitbucket.linking.status(id)).error?.type).to.equal('NO_REMOTE_APPLINK');
    const basic = `Basic ${Buffer.from(`admin:${passwordOf('admin')}`).toString('base64')}`;
    const put = (path: string, body: unknown): Promise<Response> =>
      fetch(pair.app.baseUrl + path, {
        method: 'PUT',
        headers: { authorization: basic, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const { serverId, url } = pair.bitbucket;
    const entity = { id: serverId, typeId: 'stash', name: 'Bitbucket', rpcUrl: url, displayUrl: url };
    expect((await put(`/rest/applinks/1.0/applicationlink/${serverId}`, entity)).status).to.equal(201);
    const levels = { incoming: on, outgoing: on };
    expect((await put(`/rest/applinks/3.0/status/${serverId}/oauth`, levels)).status).to.equal(204);
    expect((await pair.bitbucket.linking.status(id)).error?.type).to.equal('AUTH_LEVEL_MISMATCH');
    expect(await pair.bitbucket.linking.setLevels(id, levels)).to.equal(undefined);
    expect(await pair.bitbucket.linking.status(id)).to.deep.include({
      working: true,
      remoteAuthentication: levels,
    });
    await pair.bitbucket.linking.setLevels(id, { incoming: on, outgoing: off });
    expect((await pair.bitbucket.linking.status(id)).error?.type).to.equal('AUTH_LEVEL_MISMATCH');
    const generic = await pair.app.applinks.links.list();
    await pair.app.applinks.links.remove(generic[0]!.id);
    expect((await pair.bitbucket.linking.status(id)).error?.type).to.equal('NO_REMOTE_APPLINK');
  });

  it('c12: asks whether it may, then deletes on both sides', async () => {
    const there = await linkByRedirect(pair);
    expect(await pair.bitbucket.linking.mayDeleteThere(there)).to.equal('CREDENTIALS_REQUIRED');
    const browser = await bothBrowser('admin', 'admin');
    await browser.submit(await browser.get(pair.bitbucket.danceUrl(there)), { button: 'authorize' });
    expect(await pair.bitbucket.linking.mayDeleteThere(there)).to.equal('ALLOWED');
    expect(await pair.bitbucket.linking.deleteLink(there, { reciprocate: true })).to.equal(undefined);
    expect([await pair.app.applinks.links.list(), pair.bitbucket.links()]).to.deep.equal([[], []]);
  });

  it('c13: the kit has no projects, and what is no 200 is told', async () => {
    const there = await linkByRedirect(pair);
    expect(await pair.bitbucket.linking.entities(there)).to.deep.equal([]);
    kit.fail(/entities/, 'refused');
    expect(await pair.bitbucket.linking.entities(there)).to.match(/answered 500/);
  });

  it('c14: what the kit asks of it by password carries no-check and Basic, and nothing of its own', async () => {
    const browser = await bothBrowser('admin', 'admin');
    const entry = await browser.get(`${pair.app.baseUrl}/applinks/admin/create`);
    const page = await browser.submit(entry, { fields: { url: pair.bitbucket.url } });
    const form = page.forms.findIndex(({ fields }) => fields.some(([name]) => name === 'direction'));
    const before = pair.bitbucket.received.length;
    const fields = { how: 'password', admin_name: 'boss', admin_password: 'boss' };
    const done = await browser.submit(page, { form, fields });
    expect(done.url, done.text.slice(0, 500)).to.include('done=linked');
    const changes = pair.bitbucket.received.slice(before).filter(({ method }) => method === 'PUT');
    expect(changes).to.have.length(4);
    for (const { headers } of changes)
      expect(headers).to.include({ 'x-atlassian-token': 'no-check', 'content-type': 'application/json' });
  });
});
