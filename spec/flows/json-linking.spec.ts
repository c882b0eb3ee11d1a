/** Links that make themselves and keys, by JSON, as a script of an administrator does it. */
import { expect } from 'chai';
import { browserOf } from '../support/consent.js';
import { startPair, type Pair } from '../support/linked-peer.js';
import { rememberSecret } from '../support/secrets.js';
import { send, type Answer } from '../support/test-consumer.js';

describe('Linking by JSON', () => {
  let pair: Pair;
  let cookie: string;
  beforeEach(async () => {
    pair = await startPair({ mount: 'path' });
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    cookie = browser.cookies.header(new URL(pair.app.baseUrl));
  });
  afterEach(() => pair.close());

  const ask = (method: string, path: string, body?: object): Promise<Answer> =>
    send(`${pair.app.baseUrl}/applinks/rest${path}`, {
      method,
      headers: { cookie, origin: new URL(pair.app.baseUrl).origin, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const administrator = { name: 'admin', password: rememberSecret('sysadmin', 'password') };
  const json = (answer: Answer) => JSON.parse(answer.text) as Record<string, Record<string, unknown>>;

  it('makes both halves and deletes both', async () => {
    const made = await ask('POST', '/peers', { url: `${pair.bitbucket.url}/`, administrator });
    expect(made.status, made.text).to.equal(201);
    const { link } = json(made);
    expect(link).to.include({ direction: 'two-way', applicationId: pair.bitbucket.serverId });
    expect(made.text).not.to.include('sealed');
    const deleted = await ask('POST', `/links/${String(link!.id)}/delete-both`, { administrator });
    expect(deleted.status).to.equal(204);
    expect([await pair.app.applinks.links.list(), pair.bitbucket.links()]).to.deep.equal([[], []]);
  });

  it('tells the step that failed and what is left, and makes nothing', async () => {
    pair.bitbucket.faults.answer(/authentication\/provider/, { status: 500 });
    const refused = await ask('POST', '/peers', { url: pair.bitbucket.url, administrator });
    expect(refused.status).to.equal(502);
    expect(json(refused).error)
      .to.include({ code: 'linking_failed', step: 'letting it call us' })
      .and.deep.include({ left: [] });
    expect(pair.bitbucket.links()).to.deep.equal([]);
  });

  it('refuses a key other than the one that is expected, and an address that is none', async () => {
    const other = await ask('POST', '/peers', {
      url: pair.bitbucket.url,
      administrator,
      fingerprint: '00:11',
    });
    expect(json(other).error!.fields).to.have.property('fingerprint');
    const none = await ask('POST', '/peers', { url: 'javascript:alert(1)', administrator });
    expect(json(none).error!.fields).to.have.property('url');
    expect((await ask('POST', '/peers', { url: pair.bitbucket.url })).status).to.equal(400);
    expect(pair.bitbucket.links()).to.deep.equal([]);
  });

  it('looks who is at an address, or says why nobody is, before anything is made', async () => {
    const found = json(await ask('POST', '/peers/lookup', { url: `${pair.bitbucket.url}/projects` }));
    expect(found.peer).to.include({
      id: pair.bitbucket.serverId,
      type: 'stash',
      rpcUrl: pair.bitbucket.url,
      key: pair.bitbucket.host.consumerKey,
    });
    expect(found.problem).to.equal(null);
    const nobody = json(await ask('POST', '/peers/lookup', { url: 'http://127.0.0.1:1/' }));
    expect(nobody.peer).to.equal(null);
    expect(nobody.problem).to.have.all.keys('message', 'answer');
    expect((await ask('POST', '/peers/lookup', {})).status).to.equal(400);
    expect([await pair.app.applinks.links.list(), pair.bitbucket.links()]).to.deep.equal([[], []]);
  });

  it('makes our half, and says where a browser goes on', async () => {
    const made = await ask('POST', '/peers/own-half', { url: pair.bitbucket.url, name: 'Main' });
    expect(made.status, made.text).to.equal(201);
    const { link, continueAt } = JSON.parse(made.text) as { link: { name: string }; continueAt: string };
    expect(link.name).to.equal('Main');
    const there = await pair.bitbucket.as('admin');
    await there.submit(await there.get(continueAt));
    expect(pair.bitbucket.links()).to.have.length(1);
    const other = await ask('POST', '/peers/own-half', { url: pair.bitbucket.url, fingerprint: '00' });
    expect(json(other).error!.fields).to.have.property('fingerprint');
  });

  it('tells the two arrows, lists and ends connected accounts, and asks which key is held', async () => {
    const made = json(await ask('POST', '/peers', { url: pair.bitbucket.url, administrator })).link!;
    const id = String(made.id);
    const person = await pair.bitbucket.as('admin');
    await person.get(`${pair.app.baseUrl}/login?user=admin`);
    const consent = await person.get(`${pair.app.baseUrl}/applinks/connect/${id}`);
    await person.submit(consent, { button: 'approve' });
    const seen = json(await ask('GET', `/links/${id}/status`));
    expect(seen.status).to.include({ working: true });
    expect(seen.incoming).to.include({ level: 'OAuth', grants: 0 });
    expect(seen.outgoing).to.include({ level: 'OAuth', grants: 1, isCurrentKey: true });
    const held = await ask('POST', `/links/${id}/held-key`, {});
    expect(JSON.parse(held.text), held.text).to.deep.include({ isKnown: true });
    const { accounts } = JSON.parse((await ask('GET', '/accounts')).text) as { accounts: { id: string }[] };
    expect(accounts).to.have.length(1);
    expect((await ask('DELETE', `/accounts/${accounts[0]!.id}`)).status).to.equal(204);
    expect((await ask('DELETE', `/accounts/${accounts[0]!.id}`)).status).to.equal(404);
    expect(json(await ask('GET', '/accounts')).accounts).to.deep.equal([]);
  });

  it('ends no account of another user', async () => {
    const made = json(await ask('POST', '/peers', { url: pair.bitbucket.url, administrator })).link!;
    const person = await pair.bitbucket.as('admin');
    await person.get(`${pair.app.baseUrl}/login?user=ana`);
    let consent = await person.get(`${pair.app.baseUrl}/applinks/connect/${String(made.id)}`);
    if (!consent.url.startsWith(pair.bitbucket.url)) consent = await person.submit(consent);
    await person.submit(consent, { button: 'approve' });
    const [account] = await pair.app.applinks.accounts.list({ userId: 'id-ana' });
    expect((await ask('DELETE', `/accounts/${account!.id}`)).status).to.equal(404);
    expect(await pair.app.applinks.accounts.list({ userId: 'id-ana' })).to.have.length(1);
  });

  it('rotates our key, and fetches that of a peer', async () => {
    const made = json(await ask('POST', '/peers', { url: pair.bitbucket.url, administrator })).link!;
    const before = json(await ask('GET', '/keys')).keys as unknown as { id: string }[];
    const rotated = await ask('POST', '/keys', {});
    expect(rotated.status).to.equal(201);
    const after = json(rotated).keys as unknown as { id: string }[];
    expect(after.map(({ id }) => id)).to.deep.equal([after[0]!.id, before[0]!.id]);
    expect(rotated.text).not.to.match(/private|pkcs8/i);
    expect((await ask('POST', `/links/${String(made.id)}/peer-key`, {})).status).to.equal(200);
    expect((await ask('POST', `/links/${String(made.id)}/status`, {})).text).to.include('"working":true');
  });
});
