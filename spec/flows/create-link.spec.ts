/** A link made, tested and deleted from our side, row by row of applinks-oauth1.md 11b, with a failure at every step. */
import { expect } from 'chai';
import { enterLink, type MiniBrowser, type Page } from 'express-applinks/testing';
import { rememberSecret } from '../support/secrets.js';
import { linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };
const administrator = { admin_name: 'admin', admin_password: rememberSecret('sysadmin', 'password') };

describe('Create link, from our side', () => {
  let pair: Pair;
  let browser: MiniBrowser;
  beforeEach(async () => {
    pair = await startPair({ mount: 'path' });
    // One browser for both: the administrator is logged in here and there.
    browser = await pair.bitbucket.as('admin');
    await browser.get(`${pair.app.baseUrl}/login?user=admin`);
  });
  afterEach(() => pair.close());

  const at = (path: string): string => `${pair.app.baseUrl}/applinks/admin${path}`;
  const enter = async (url: string): Promise<Page> =>
    browser.submit(await browser.get(at('/create')), { fields: { url } });
  const formOf = (page: Page, field: string): number =>
    page.forms.findIndex(({ fields }) => fields.some(([name]) => name === field));
  const submit = (page: Page, fields: Record<string, string>): Promise<Page> =>
    browser.submit(page, { form: formOf(page, 'direction'), fields: { how: 'password', ...fields } });
  const create = async (fields: Record<string, string>): Promise<Page> =>
    submit(await enter(pair.bitbucket.url), fields);
  const ours = () => pair.app.applinks.links.list();
  const theirs = () => pair.bitbucket.links();
  const sent = (): string[] =>
    pair.bitbucket.received
      .filter(({ path }) => path.includes('/rest/applinks') || path.includes('whoami'))
      .map(
        ({ method, path }) =>
          `${method} ${path
            .replace(/^\/bb/, '')
            .replace(/[?].*$/, '')
            .replace(/[0-9a-f-]{36}/, '{id}')}`,
      );

  it('b1: shows who is there, with its key, before anything is made', async () => {
    const page = await enter(`${pair.bitbucket.url}/`);
    expect(page.status).to.equal(200);
    for (const shown of ['Bitbucket 9.', pair.bitbucket.url, pair.bitbucket.host.consumerKey])
      expect(page.text).to.include(shown);
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('b1: finds the application below a deep link', async () => {
    expect((await enter(`${pair.bitbucket.url}/projects`)).text).to.include(pair.bitbucket.host.consumerKey);
  });

  it('b1: says in words why nothing is there, and reflects nothing', async () => {
    const gone = await enter('http://127.0.0.1:1/');
    expect(gone.status).to.equal(400);
    expect(gone.text)
      .to.include('127.0.0.1')
      .and.match(/port|refus|listen/i);
    for (const hostile of [
      'javascript:alert(1)',
      'data:text/html,x',
      'http://[',
      'ftp://x/',
      'http://u:p@x/',
    ])
      expect((await enter(hostile)).status, hostile).to.equal(400);
    expect((await enter(pair.app.baseUrl)).text).to.include('itself');
    const meta = await enter('http://169.254.169.254/latest/meta-data');
    expect(meta.status).to.equal(400);
    expect(await ours()).to.deep.equal([]);
  });

  it('b2 to b10: makes both halves with a password, in this order, and tests', async () => {
    const page = await create(administrator);
    expect(page.url, page.text.slice(0, 800)).to.include('done=linked');
    const [link] = await ours();
    const [remote] = theirs();
    expect(link).to.include({ applicationId: pair.bitbucket.serverId, remoteLinkId: remote!.id });
    expect(pair.bitbucket.linking.levels(remote!.id)).to.deep.equal({ incoming: on, outgoing: on });
    expect(link!.outgoing[0]).to.deep.include({
      levels: { threeLegged: true, twoLegged: true, impersonation: false },
    });
    expect(link!.outgoing[0]!.signingKeyId).to.be.a('string');
    const steps = sent();
    const rest = '/rest/applinks';
    expect(steps.slice(steps.indexOf(`GET ${rest}/1.0/authenticationinfo`))).to.deep.equal([
      `GET ${rest}/1.0/authenticationinfo`,
      `GET ${rest}/1.0/authenticationinfo/id/{id}/url/${encodeURIComponent(pair.app.baseUrl)}`,
      `GET ${rest}/3.0/applinks`,
      `PUT ${rest}/3.0/applicationlink`,
      `PUT ${rest}/2.0/applicationlink/{id}/authentication/provider`,
      `PUT ${rest}/2.0/applicationlink/{id}/authentication/provider`,
      `PUT /rest/applinks-oauth/1.0/applicationlink/{id}/authentication/consumer`,
      `GET ${rest}/1.0/manifest`,
      `GET ${rest}/3.0/status/{id}/oauth`,
      'GET /plugins/servlet/applinks/whoami',
    ]);
    expect(page.text).to.include('<strong>Working.</strong>');
    expect(page.text).not.to.include('sysadmin');
  });

  it('b6, b7: makes one direction only when that is chosen', async () => {
    await create({ ...administrator, direction: 'outgoing' });
    expect(pair.bitbucket.linking.levels(theirs()[0]!.id)).to.deep.equal({ incoming: on, outgoing: off });
    expect((await ours())[0]!.incoming).to.deep.equal([]);
  });

  it('b9: in manual mode it calls us by a shared secret for users, and by its key without one', async () => {
    const page = await create({ ...administrator, manual: '1' });
    expect(page.text, page.text.slice(0, 800)).to.include('<strong>Working.</strong>');
    const [link] = await ours();
    const [remote] = theirs();
    expect(link!.incoming.map(({ kind, source }) => [kind, source])).to.deep.equal([
      ['oauth1-rsa', 'consumer-info'],
      ['oauth1-hmac', 'manual'],
    ]);
    expect(remote!.consumer?.key).to.equal(link!.incoming[1]!.key);
    rememberSecret(remote!.consumer!.sharedSecret, 'consumer secret');
    const person = await pair.bitbucket.as('ben');
    await person.get(`${pair.app.baseUrl}/login?user=ana`);
    await person.submit(await person.get(pair.bitbucket.danceUrl(remote!.id)), { button: 'authorize' });
    const asUser = await pair.bitbucket.call(remote!.id, 'ben', 'GET', '/whois');
    expect(JSON.parse(asUser.exchange!.body)).to.include({ user: 'ana' });
    const asApplication = await pair.bitbucket.linking.callAsApplication(remote!.id, 'GET', '/whois');
    expect(asApplication.outcome).to.equal('ok');
  });

  it('b3: a peer that does not reach us, or finds another installation here, is told before anything is made', async () => {
    pair.bitbucket.faults.answer(/authenticationinfo\/id/, { status: 404 });
    const page = await create(administrator);
    expect(page.status).to.equal(409);
    expect(page.text).to.include(`It cannot reach this application at ${pair.app.baseUrl}`);
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('b5: takes the id from the answer, and adopts the link when a second one is refused', async () => {
    const { linkId } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    // It was not there yet when it was looked for.
    pair.bitbucket.faults.answer(/3\.0\/applinks$/, { status: 200, body: '[]', once: true });
    await create(administrator);
    expect(theirs().map(({ id }) => id)).to.deep.equal([linkId]);
    expect((await ours())[0]).to.include({ remoteLinkId: linkId });

    await pair.bitbucket.linking.deleteLink(linkId);
    await pair.app.applinks.links.remove((await ours())[0]!.id);
    pair.bitbucket.faults.answer(/3\.0\/applicationlink$/, { body: (real) => real.replace(linkId, 'told') });
    expect((await create(administrator)).text).to.include('failed while letting it call us');
    expect(pair.bitbucket.received.some(({ path }) => path.includes('/applicationlink/told/'))).to.equal(
      true,
    );
  });

  it('b8: our half has its id and its key, which was parsed', async () => {
    await create(administrator);
    const [link] = await ours();
    expect(link).to.include({ applicationId: pair.bitbucket.serverId, rpcUrl: pair.bitbucket.url });
    expect(link!.incoming.map(({ key }) => key)).to.deep.equal([pair.bitbucket.host.consumerKey]);
    const bad = JSON.stringify({ key: 'x' });
    pair.bitbucket.faults.answer(/consumer-info/, { status: 200, body: bad });
    const refused = await enter(pair.bitbucket.url);
    expect(refused.status).to.equal(400);
    expect(refused.text)
      .to.match(/consumer info/i)
      .and.include('role="alert"');
  });

  it('b10: tells nobody from somebody by what whoami answers', async () => {
    await create(administrator);
    const { id } = (await ours())[0]!;
    const status = () => pair.app.applinks.client(id).status();
    expect((await status()).hints.join()).to.include('no executing user');
    [...pair.bitbucket.consumers.values()][0]!.executingUser = 'ben';
    expect((await status()).hints).to.deep.equal([]);
  });

  it('b4: adopts the link that is there already instead of a second one', async () => {
    const { linkId } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    await create(administrator);
    expect(theirs().map(({ id }) => id)).to.deep.equal([linkId]);
    expect((await ours())[0]).to.include({ remoteLinkId: linkId });
  });

  it('b2: a wrong password, and a user who is no administrator, end before anything is made', async () => {
    for (const fields of [
      { admin_name: 'admin', admin_password: rememberSecret('no-such-pass', 'password') },
      { admin_name: 'ana', admin_password: 'ana' },
    ]) {
      const page = await create(fields);
      expect(page.status).to.equal(403);
      expect(page.text).to.include('Name and password are wrong').and.not.include('no-such-pass');
      expect([await ours(), theirs()]).to.deep.equal([[], []]);
    }
  });

  const faults: [string, RegExp, string][] = [
    ['b3', /authenticationinfo\/id/, 'checking that it reaches us'],
    ['b4', /3\.0\/applinks(?:$|\?)/, 'looking for an existing link there'],
    ['b5', /3\.0\/applicationlink$/, 'creating the link there'],
    ['b6', /authentication\/provider/, 'letting it call us'],
    ['b7', /authentication\/consumer/, 'letting us call it'],
    ['b2', /1\.0\/authenticationinfo$/, 'checking name and password there'],
    ['b10', /whoami/, 'testing the link'],
    ['b11', /3\.0\/status\//, 'testing the link'],
  ];
  for (const [row, path, step] of faults) {
    for (const [how, answer] of [
      ['answers 500', { status: 500, body: '<h1>Oops</h1>' }],
      ['drops the connection', { drop: true }],
      ['redirects', { status: 302, headers: { Location: 'https://evil.example.test/x?y=z' } }],
    ] as const) {
      it(`b13: when ${row} ${how}, everything is undone on both sides`, async () => {
        const before = theirs().length;
        pair.bitbucket.faults.answer({ path }, answer);
        const page = await create(administrator);
        expect(page.text, page.text.slice(0, 600)).to.include(`failed while ${step}`);
        expect(page.text).to.include('What had been made before is taken back').and.not.include('y=z');
        expect([await ours(), theirs().length]).to.deep.equal([[], before]);
      });
    }
  }

  for (const [path, call] of [
    [/authentication\/provider/, 'the provider'],
    [/authentication\/consumer$/, 'the consumer'],
  ] as const) {
    it(`b13: when b9 fails at ${call}, everything is undone on both sides`, async () => {
      pair.bitbucket.faults.answer({ path }, { status: 500 });
      const page = await create({ ...administrator, manual: '1', direction: 'incoming' });
      expect(page.text).to.include('failed while letting it call us with a shared secret');
      expect(page.text).to.include('What had been made before is taken back');
      expect([await ours(), theirs()]).to.deep.equal([[], []]);
    });
  }

  for (const [row, path] of [
    ['b1', /1\.0\/manifest/],
    ['b8', /consumer-info/],
  ] as const) {
    it(`${row}: when that fails, it is told before anything is asked or made`, async () => {
      pair.bitbucket.faults.answer({ path }, { status: 500 });
      const page = await enter(pair.bitbucket.url);
      expect(page.status).to.equal(400);
      expect(page.text).to.include('Application URL').and.include('role="alert"');
      expect([await ours(), theirs()]).to.deep.equal([[], []]);
    });
  }

  it('b13: when our own half fails, the one there is taken back', async () => {
    const page = await enter(pair.bitbucket.url);
    const { links } = pair.app.store;
    const update = links.update.bind(links);
    links.update = () => Promise.reject(new Error('the disk is full'));
    const failed = await submit(page, administrator);
    links.update = update;
    expect(failed.text).to.include('failed while trusting its key').and.not.include('the disk is full');
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('tells a missing name or password without asking the peer', async () => {
    const page = await create({ ...administrator, admin_password: '' });
    expect(page.status).to.equal(400);
    expect(page.text).to.include('Enter name and password of an administrator there.');
    expect(sent().some((call) => call.includes('authenticationinfo'))).to.equal(false);
  });

  it('b13: what cannot be undone is listed with the place where to remove it', async () => {
    pair.bitbucket.faults.answer({ path: /authentication\/consumer/ }, { status: 500 });
    pair.bitbucket.faults.answer({ method: 'DELETE', path: /./ }, { status: 500 });
    const page = await create(administrator);
    expect(page.text).to.include('could not be taken back');
    expect(page.text).to.include(`${pair.bitbucket.url}/plugins/servlet/applinks/listApplicationLinks`);
    expect(await ours()).to.deep.equal([]);
    expect(theirs()).to.have.length(1);
  });

  for (const [row, path] of [
    ['b5', /3\.0\/applicationlink$/],
    ['b6', /authentication\/provider/],
    ['b7', /authentication\/consumer/],
  ] as const) {
    it(`b13: when the answer to ${row} gets lost after the work is done, that is undone too`, async () => {
      pair.bitbucket.faults.answer({ path }, { drop: 'after' });
      const page = await create(administrator);
      expect(page.text).to.include('What had been made before is taken back');
      expect([await ours(), theirs()]).to.deep.equal([[], []]);
    });
  }

  it('b13: a peer that went away meanwhile does not hide what failed and what is left', async () => {
    const page = await enter(pair.bitbucket.url);
    const { faults } = pair.bitbucket;
    faults.answer({ method: 'DELETE', path: /./ }, { status: 500 });
    const goAway = {
      get status(): number {
        faults.answer({ path: /1\.0\/manifest/ }, { drop: true });
        return 500;
      },
    };
    faults.answer({ path: /authentication\/provider/ }, goAway);
    const failed = await submit(page, administrator);
    expect(failed.text).to.include('could not be taken back');
  });

  it('says that there is a link already before it is completed', async () => {
    await create(administrator);
    const page = await enter(pair.bitbucket.url);
    expect(page.text)
      .to.include('has a link with it already')
      .and.include((await ours())[0]!.id);
  });

  it('adopts the half here that was typed by hand, which keeps its consumer', async () => {
    const typed = await pair.app.applinks.links.create({
      name: 'Our Bitbucket',
      type: 'stash',
      displayUrl: pair.bitbucket.url,
      credential: { key: 'typed-key', signatureMethod: 'HMAC-SHA1' },
    });
    expect((await enter(pair.bitbucket.url)).text).to.include('has a link with it already');
    await create(administrator);
    const [link, ...others] = await ours();
    expect(others).to.deep.equal([]);
    expect(link).to.include({ id: typed.link.id, applicationId: pair.bitbucket.serverId });
    expect(link!.incoming.map(({ key }) => key)).to.deep.equal([
      'typed-key',
      pair.bitbucket.host.consumerKey,
    ]);
  });

  it('b13: what was changed of a link that was there already is told, and the link stays', async () => {
    const { linkId } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    pair.bitbucket.faults.answer({ path: /whoami/ }, { status: 500 });
    const page = await create(administrator);
    expect(page.text).to.include('changed settings of the existing link');
    expect(theirs().map(({ id }) => id)).to.deep.equal([linkId]);
    expect(await ours()).to.deep.equal([]);
  });

  it('believes a peer that is linked already at no other address than its link’s', async () => {
    await create(administrator);
    const [before] = await ours();
    const elsewhere = pair.bitbucket.url.replace('127.0.0.1', 'localhost');
    const page = await enter(elsewhere);
    const refused = await submit(page, administrator);
    expect(refused.text).to.include(`is linked already, at ${pair.bitbucket.url}`);
    expect(await ours()).to.deep.equal([before]);
    const query = new URLSearchParams({ applinkStartingUrl: elsewhere });
    const landing = await browser.get(
      `${pair.app.baseUrl}/plugins/servlet/applinks/listApplicationLinks?${query.toString()}`,
    );
    expect(landing.status).to.equal(409);
    expect(landing.text).to.include(`is linked already, at ${pair.bitbucket.url}`);
  });

  it('is bound to what was shown: another key or id since then is refused', async () => {
    const page = await enter(pair.bitbucket.url);
    const manifest = { path: /applinks\/1\.0\/manifest/ };
    const body = JSON.stringify({
      id: '680a4e42-d268-36bc-9728-7b01427756c2',
      name: 'Other',
      typeId: 'stash',
      url: pair.bitbucket.url,
    });
    pair.bitbucket.faults.answer(manifest, {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    const refused = await submit(page, administrator);
    expect(refused.status).to.equal(403);
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('two administrators at once meet on one link', async () => {
    const pages = await Promise.all([create(administrator), create(administrator)]);
    expect(pages.map(({ url }) => url.includes('done=linked'))).to.deep.equal([true, true]);
    expect((await ours()).map(({ remoteLinkId }) => remoteLinkId)).to.deep.equal(
      theirs().map(({ id }) => id),
    );
    expect(await ours()).to.have.length(1);
  });

  it('b13: leaves alone on both sides what another administrator has finished meanwhile, and tells it', async () => {
    const page = await enter(pair.bitbucket.url);
    const { links } = pair.app.store;
    const update = links.update.bind(links);
    let changes = 0;
    links.update = async (link) => {
      changes += 1;
      if (changes !== 1) return update(link);
      // The first one is about to trust the key of a link that it has made on both sides.
      await create(administrator);
      throw new Error('the disk is full');
    };
    const failed = await submit(page, administrator);
    links.update = update;
    expect(failed.text).to.include('failed while trusting its key').and.include('somebody else uses');
    expect(failed.text).to.include(`${pair.app.baseUrl}/applinks/admin/links/${(await ours())[0]!.id}`);
    expect(failed.text).to.include(`${pair.bitbucket.url}/plugins/servlet/applinks/listApplicationLinks`);
    expect(theirs().map(({ id }) => id)).to.deep.equal([(await ours())[0]!.remoteLinkId]);
    expect(await pair.app.applinks.client((await ours())[0]!.id).status()).to.include({ working: true });
  });

  it('by redirect: our half, then theirs in the browser, and back', async () => {
    const arrival = await create({ how: 'browser' });
    expect(arrival.url).to.include('/bb/plugins/servlet/applinks/listApplicationLinks');
    expect(new URL(arrival.url).searchParams.get('applinkStartingUrl')).to.equal(`"${pair.app.baseUrl}"`);
    const back = await browser.submit(arrival);
    expect(new URL(back.url).pathname).to.equal('/ci/applinks/admin');
    const [link] = await ours();
    const client = pair.app.applinks.client(link!.id);
    expect((await client.asApplication()('/plugins/servlet/applinks/whoami')).status).to.equal(200);
    const remote = theirs()[0]!;
    const { outcome } = await pair.bitbucket.linking.callAsApplication(remote.id, 'GET', '/whois');
    expect(outcome).to.equal('ok');
    const page = await browser.get(at(`/links/${link!.id}`));
    expect((await browser.submit(page, { form: formOf(page, 'csrf_token') })).text).to.include('Working.');
    const consent = await browser.get(`${pair.app.baseUrl}/applinks/connect/${link!.id}`);
    await browser.submit(consent, { button: 'approve' });
    const connected = await browser.get(at(`/links/${link!.id}`));
    const keys = connected.forms.findIndex(({ action }) => action.endsWith('/keys'));
    const read = await browser.submit(connected, { form: keys, button: 'held' });
    expect(read.text).to.include('our key below is the one that it holds');
    expect((await ours())[0]!.outgoing[0]!.signingKeyId).to.be.a('string');
    expect((await browser.submit(connected, { form: keys, button: 'refresh' })).text).to.include(
      'nothing has changed',
    );
  });

  it('b12: deletes both halves; nothing here when the other side refuses', async () => {
    await create(administrator);
    const { id } = (await ours())[0]!;
    const undo = pair.bitbucket.faults.answer({ method: 'DELETE', path: /./ }, { status: 204 });
    const refused = await browser.submit(await browser.get(at(`/links/${id}/delete-both`)), {
      fields: administrator,
    });
    expect(refused.status).to.equal(400);
    expect(await ours()).to.have.length(1);
    undo();
    const deleted = await browser.submit(await browser.get(at(`/links/${id}/delete-both`)), {
      fields: administrator,
    });
    expect(deleted.url).to.include('done=deleted');
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('b12: deletes both halves with the account that the administrator has connected, without a password', async () => {
    await create(administrator);
    const { id } = (await ours())[0]!;
    const path = at(`/links/${id}/delete-both`);
    expect((await browser.get(path)).text).not.to.include('with my account there');
    const consent = await browser.get(`${pair.app.baseUrl}/applinks/connect/${id}`);
    await browser.submit(consent, { button: 'approve' });
    const undo = pair.bitbucket.faults.answer({ method: 'DELETE', path: /./ }, { status: 500 });
    const refused = await browser.submit(await browser.get(path), { form: 1, button: 'account' });
    expect(refused.text).to.include('Nothing was deleted here');
    expect([(await ours()).length, theirs().length]).to.deep.equal([1, 1]);
    undo();
    const deleted = await browser.submit(await browser.get(path), { form: 1, button: 'account' });
    expect(deleted.url, deleted.text.slice(0, 800)).to.include('done=deleted');
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  /** The id came with the browser that a peer sent (2.4), so anybody may have written it. */
  const landWith = async (createdId: string): Promise<void> => {
    pair.bitbucket.linking.switches.createdId = createdId;
    await linkByRedirect(pair);
    expect((await ours())[0]).to.include({ remoteLinkId: createdId });
  };
  const deleteBoth = async (): Promise<Page> => {
    const page = await browser.get(at(`/links/${(await ours())[0]!.id}/delete-both`));
    return browser.submit(page, { fields: administrator });
  };

  it('b12: finds our half there by its address, when the id that a browser brought is none', async () => {
    await landWith('680a4e42-d268-36bc-9728-7b01427756c2');
    await deleteBoth();
    expect([await ours(), theirs()]).to.deep.equal([[], []]);
  });

  it('b12: deletes nobody else’s link, when the id that a browser brought is that of another one', async () => {
    const admin = { name: 'admin', password: 'sysadmin' };
    const other = { name: 'Another', url: 'https://another.example.test' };
    const { id } = await enterLink(pair.bitbucket.url, admin, other);
    await landWith(id);
    const half = theirs().find(({ name }) => name === 'Sample CI')!;
    await deleteBoth();
    expect(theirs().map((link) => link.id)).to.deep.equal([id]);
    expect(await ours()).to.deep.equal([]);

    await landWith(id);
    await pair.bitbucket.linking.deleteLink(half.id);
    const refused = await deleteBoth();
    expect(refused.status).to.equal(400);
    expect(refused.text).to.include('is to another address');
    expect([(await ours()).length, theirs().length]).to.deep.equal([1, 1]);
  });

  it('b12: deleting only our half says what ends here, and offers to delete both', async () => {
    await create({ ...administrator, direction: 'outgoing' });
    const { id } = (await ours())[0]!;
    const page = await browser.get(at(`/links/${id}/delete`));
    expect(page.text)
      .to.include('can no longer call')
      .and.include(`/links/${id}/delete-both`)
      .and.not.include('consumer key');
    await browser.submit(page);
    expect([(await ours()).length, theirs().length]).to.deep.equal([0, 1]);
  });

  it('b12: what is gone there already is deleted here', async () => {
    await create(administrator);
    const { id } = (await ours())[0]!;
    await pair.bitbucket.linking.deleteLink(theirs()[0]!.id);
    await browser.submit(await browser.get(at(`/links/${id}/delete-both`)), { fields: administrator });
    expect(await ours()).to.deep.equal([]);
  });
});

describe('Create link, where our own address is not encrypted', () => {
  it('asks for no password', async () => {
    const pair = await startPair({ options: { baseUrl: 'http://ci.example.test' } });
    const browser = await pair.bitbucket.as('admin');
    await browser.get(`${pair.app.baseUrl}/login?user=admin`);
    const page = await browser.submit(await browser.get(`${pair.app.baseUrl}/applinks/admin/create`), {
      fields: { url: pair.bitbucket.url },
    });
    expect(page.text).to.include(pair.bitbucket.host.consumerKey).and.include('https address');
    expect(page.text).not.to.include('admin_password');
    await pair.close();
  });
});
