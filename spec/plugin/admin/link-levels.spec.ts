/** Levels of a link, its primary mark and the key that its peer offers, by pages and JSON. */
import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { browserOf, locationOf } from '../../support/consent.js';
import { startKitApp } from '../../support/kit-app.js';
import { linkByPassword, linkByRedirect, startPair, type Pair } from '../../support/linked-peer.js';
import { send } from '../../support/test-consumer.js';

describe('What is allowed between two applications', () => {
  let pair: Pair;
  let ourIdThere: string;
  beforeEach(async () => {
    pair = await startPair({ options: { allowImpersonation: true } });
    ourIdThere = await linkByRedirect(pair);
  });
  afterEach(() => pair.close());

  const link = async () => (await pair.app.applinks.links.list())[0]!;
  const open = async (path: string) => {
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const { id } = await link();
    return [browser, await browser.get(`${pair.app.baseUrl}/applinks/admin/links/${id}${path}`)] as const;
  };
  const whois = async (requestor?: string): Promise<unknown> => {
    const options = requestor === undefined ? {} : { requestor };
    const result = await pair.bitbucket.linking.callAsApplication(ourIdThere, 'GET', '/whois', options);
    const { status, body } = result.exchange!;
    return status === 200 ? (JSON.parse(body) as { user: unknown }).user : [status, result.problem ?? body];
  };

  it('is shown as two arrows, with both keys', async () => {
    const [, page] = await open('');
    for (const shown of [
      'Bitbucket calls Sample CI',
      'Sample CI calls Bitbucket',
      'OAuth',
      'as nobody in particular',
    ])
      expect(page.text).to.include(shown);
    expect(page.text.match(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/gi)).to.have.length.of.at.least(2);
  });

  it('warns of a key below 2048 bits, on landing and afterwards', async () => {
    await pair.close();
    const hostPrivateKeyPem = generateKeyPairSync('rsa', { modulusLength: 1024 })
      .privateKey.export({ format: 'pem', type: 'pkcs8' })
      .toString();
    pair = await startPair({}, { hostPrivateKeyPem });
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const { redirectUrl } = await pair.bitbucket.linking.createOwnHalf(pair.app.baseUrl);
    expect((await browser.get(redirectUrl)).text).to.include('only 1024 bits');
    await pair.bitbucket.linking.deleteLink(pair.bitbucket.links()[0]!.id);
    await linkByPassword(pair);
    const [, page] = await open('');
    expect(page.text).to.include('only 1024 bits');
  });

  it('begins as nobody; with an executing user it is that user', async () => {
    expect(await whois()).to.equal(null);
    const [browser, page] = await open('/levels');
    const saved = await browser.submit(page, { fields: { executing_user: 'ana' } });
    expect(locationOf(saved)).to.include('done=saved');
    expect(await whois()).to.equal('ana');
  });

  it('never makes an administrator the executing user, nor somebody who is not there', async () => {
    const [browser, page] = await open('/levels');
    for (const [executing_user, said] of [
      ['admin', 'no administrator'],
      ['nobody-here', 'There is no such user'],
    ] as const) {
      const refused = await browser.submit(page, { fields: { executing_user } });
      expect([refused.status, refused.text.includes(said)]).to.deep.equal([400, true]);
    }
    expect((await link()).levels.executingUserId).to.equal(null);
    pair.app.host.users.get('id-rob')!.isAdmin = false;
    await browser.submit(page, { fields: { executing_user: 'rob' } });
    pair.app.host.users.get('id-rob')!.isAdmin = true;
    expect(await whois()).to.deep.equal([401, 'permission_denied']);
  });

  it('switched off, is a bare challenge with an empty body (5.4)', async () => {
    const [browser, page] = await open('/levels');
    await browser.post(page.url, {
      csrf_token: page.textOf('csrf_token') ?? csrfOf(page.text),
      incoming_3lo: '1',
    });
    expect(await whois()).to.deep.equal([401, '']);
    expect(await whois('ana')).to.deep.equal([401, '']);
  });

  it('lets the peer act for a named user when both sides say so, but never for an administrator', async () => {
    expect(await whois('ana')).to.deep.equal([401, '']);
    const [browser, page] = await open('/levels');
    await browser.submit(page, { fields: { incoming_2loi: '1' } });
    expect(await whois('ana')).to.equal('ana');
    expect(await whois('nobody-here')).to.deep.equal([401, 'permission_denied']);
    expect(await whois('admin')).to.deep.equal([401, 'permission_denied']);
    expect(await whois('')).to.deep.equal([401, 'permission_denied']);
  });

  it('for an administrator only with the option that is named insecure', async () => {
    const options = { allowImpersonation: true, allowInsecureAdminImpersonation: true };
    const other = await startPair({ options });
    try {
      const id = await linkByRedirect(other);
      const [ours] = await other.app.applinks.links.list();
      await other.app.store.links.update({ ...ours!, levels: { ...ours!.levels, impersonation: true } });
      const { exchange } = await other.bitbucket.linking.callAsApplication(id, 'GET', '/whois', {
        requestor: 'admin',
      });
      expect(JSON.parse(exchange!.body)).to.include({ user: 'admin' });
    } finally {
      await other.close();
    }
  });

  it('is refused without the option of the kit', async () => {
    const app = await startKitApp();
    try {
      const { link: made } = await app.applinks.links.create({ name: 'Other' });
      const browser = await browserOf(app.baseUrl, 'admin');
      const cookie = browser.cookies.header(new URL(app.baseUrl));
      const answer = await send(`${app.baseUrl}/applinks/rest/links/${made.id}/levels`, {
        method: 'PUT',
        headers: { cookie, origin: app.baseUrl, 'content-type': 'application/json' },
        body: JSON.stringify({ incoming: { impersonation: true } }),
      });
      expect(answer.status).to.equal(400);
      expect(answer.text).to.include('allowImpersonation');
    } finally {
      await app.close();
    }
  });

  it('a key that the peer shows later waits for an administrator, and counts then', async () => {
    const [credential] = (await link()).incoming;
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const offered = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const before = await link();
    await pair.app.store.links.update({
      ...before,
      incoming: before.incoming.map((one) =>
        one.kind === 'oauth1-rsa' ? { ...one, offeredPublicKey: offered } : one,
      ),
    });
    expect(await whois()).to.equal(null);
    const [browser, page] = await open('');
    expect(page.text).to.include('shows another public key');
    const form = page.forms.findIndex(({ buttons }) => buttons.some(({ name }) => name === 'accept_key'));
    const decided = await browser.submit(page, { form, button: 'accept_key' });
    expect(decided.status).to.equal(303);
    expect((await link()).incoming[0]).to.include({
      id: credential!.id,
      publicKey: offered,
      offeredPublicKey: null,
    });
    expect(await whois()).to.deep.equal([401, 'signature_invalid']);
  });

  it('the first link of a type is primary, and another can be made so', async () => {
    expect((await link()).primary).to.equal(true);
    const { link: second } = await pair.app.applinks.links.create({ name: 'Second', type: 'stash' });
    expect(second.primary).to.equal(false);
    const browser = await browserOf(pair.app.baseUrl, 'admin');
    const page = await browser.get(`${pair.app.baseUrl}/applinks/admin/links/${second.id}`);
    const form = page.forms.findIndex(({ buttons }) => buttons.some(({ name }) => name === 'primary'));
    await browser.submit(page, { form, button: 'primary' });
    const primaries = (await pair.app.applinks.links.list()).filter(({ primary }) => primary);
    expect(primaries.map(({ id }) => id)).to.deep.equal([second.id]);
  });
});

function csrfOf(html: string): string {
  return /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
}
