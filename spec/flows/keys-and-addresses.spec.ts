/** A linked peer over time: its key and ours change, and it moves (applinks-oauth1.md part 4, 9.2). */
import { expect } from 'chai';
import type { MiniBrowser, Page } from 'express-applinks/testing';
import { bitbucketStandIn } from 'express-applinks/testing';
import { connectAccount, linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

const whoami = '/plugins/servlet/applinks/whoami';

describe('A link over time', () => {
  let pair: Pair;
  let linkId: string;
  let admin: MiniBrowser;
  beforeEach(async () => {
    pair = await startPair();
    await linkByRedirect(pair);
    linkId = (await pair.app.applinks.links.list())[0]!.id;
    admin = await pair.bitbucket.as('admin');
    await admin.get(`${pair.app.baseUrl}/login?user=admin`);
  });
  afterEach(() => pair.close());

  const at = (path: string): string => `${pair.app.baseUrl}/applinks/admin${path}`;
  const link = async () => (await pair.app.store.links.get(linkId))!;
  const formAt = (page: Page, action: string): number =>
    page.forms.findIndex((form) => form.action.endsWith(action));
  const answersUs = async (): Promise<number> =>
    (await pair.app.applinks.client(linkId).asApplication()(whoami)).status;

  describe('our key', () => {
    const rotate = async (): Promise<Page> => admin.submit(await admin.get(at('/keys')));

    it('after a rotation the peer is called with the one that it holds', async () => {
      await rotate();
      expect((await admin.get(at('/keys'))).text)
        .to.include('Former key')
        .and.include((await link()).name);
      expect(await answersUs()).to.equal(200);
      expect((await admin.get(at(`/links/${linkId}`))).text).to.include('an older one');
    });

    it('however often it is rotated', async () => {
      for (let time = 0; time < 6; time += 1) await rotate();
      expect(await answersUs()).to.equal(200);
    }).timeout(20_000);

    it('and with the new one when the peer has fetched it, as its list of consumers says', async () => {
      const consent = await admin.get(`${pair.app.baseUrl}/applinks/connect/${linkId}`);
      await admin.submit(consent, { button: 'approve' });
      await rotate();
      const remote = pair.bitbucket.links()[0]!.id;
      await pair.app.store.links.update({ ...(await link()), remoteLinkId: remote });
      const read = async (): Promise<void> => {
        const page = await admin.get(at(`/links/${linkId}`));
        await admin.submit(page, { form: formAt(page, '/keys'), button: 'held' });
      };
      await read();
      const former = (await link()).outgoing[0]!.signingKeyId;
      const url = `${pair.bitbucket.url}/rest/applinks-oauth/1.0/applicationlink/${remote}/authentication/consumer?autoConfigure=true`;
      const fetched = await fetch(url, {
        method: 'PUT',
        headers: {
          authorization: `Basic ${Buffer.from('admin:sysadmin').toString('base64')}`,
          'x-atlassian-token': 'no-check',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ twoLOAllowed: true }),
      });
      expect(fetched.status).to.equal(201);
      // The former key is refused now, so the account that reads the list is asked with the new one.
      const outgoing = (await link()).outgoing.map((one) => ({ ...one, signingKeyId: null }));
      await pair.app.store.links.update({ ...(await link()), outgoing });
      await read();
      expect((await link()).outgoing[0]!.signingKeyId)
        .to.be.a('string')
        .and.not.equal(former);
      expect(await answersUs()).to.equal(200);
    });
  });

  describe('its key', () => {
    it('fetched again and unchanged changes nothing', async () => {
      const before = (await link()).incoming;
      const page = await admin.get(at(`/links/${linkId}`));
      expect((await admin.submit(page, { form: formAt(page, '/keys'), button: 'refresh' })).status).to.equal(
        200,
      );
      expect((await link()).incoming).to.deep.equal(before);
    });

    it('that has changed is offered, heard of, and not believed before an administrator says so', async () => {
      const heard: unknown[] = [];
      pair.app.applinks.on('consumer_key.offered', (event) => heard.push(event));
      const { key } = (await link()).incoming[0]!;
      const other = bitbucketStandIn({ hostConsumerKey: key });
      await other.start();
      try {
        const info = await (await fetch(`${other.url}/plugins/servlet/oauth/consumer-info`)).text();
        pair.bitbucket.faults.answer(/consumer-info/, {
          body: info,
          headers: { 'Content-Type': 'application/xml' },
        });
        const page = await admin.get(at(`/links/${linkId}`));
        const shown = await admin.submit(page, { form: formAt(page, '/keys'), button: 'refresh' });
        expect(shown.text).to.include('shows another public key');
        expect(heard).to.have.length(1);
        const remote = pair.bitbucket.links()[0]!.id;
        const call = await pair.bitbucket.linking.callAsApplication(remote, 'GET', '/whois');
        expect(call.outcome).to.equal('ok');
      } finally {
        await other.stop();
      }
    });

    it('under another name is refused, and heard of: a new name must not do for a new key', async () => {
      const heard: unknown[] = [];
      pair.app.applinks.on('consumer_key.refused', (event) => heard.push(event));
      const before = (await link()).incoming;
      const other = bitbucketStandIn({ hostConsumerKey: 'another-name' });
      await other.start();
      try {
        const info = await (await fetch(`${other.url}/plugins/servlet/oauth/consumer-info`)).text();
        pair.bitbucket.faults.answer(/consumer-info/, {
          body: info,
          headers: { 'Content-Type': 'application/xml' },
        });
        const page = await admin.get(at(`/links/${linkId}`));
        const shown = await admin.submit(page, { form: formAt(page, '/keys'), button: 'refresh' });
        expect(shown.status).to.equal(409);
        expect(shown.text).to.include('now shows another-name');
      } finally {
        await other.stop();
      }
      expect(heard).to.deep.equal([{ linkId, consumerKey: 'another-name' }]);
      expect((await link()).incoming).to.deep.equal(before);
    });

    it('that belongs to another link is refused, and heard of', async () => {
      const heard: unknown[] = [];
      pair.app.applinks.on('consumer_key.refused', (event) => heard.push(event));
      const { publicKey } = (await link()).incoming[0] as { publicKey: string };
      const { link: second } = await pair.app.applinks.links.create({
        name: 'Second',
        rpcUrl: pair.bitbucket.url,
        credential: { key: 'of-its-own', signatureMethod: 'RSA-SHA1', publicKey },
      });
      const page = await admin.get(at(`/links/${second.id}`));
      const refused = await admin.submit(page, { form: formAt(page, '/keys'), button: 'refresh' });
      expect(refused.status).to.equal(409);
      expect(heard).to.have.length(1);
      expect((await pair.app.applinks.links.get(second.id)).incoming.map(({ key }) => key)).to.deep.equal([
        'of-its-own',
      ]);
    });
  });

  describe('its address', () => {
    const move = async (rpcUrl: string, confirmed = false): Promise<Page> => {
      const page = await admin.get(at(`/links/${linkId}/edit`));
      const fields = { rpc_url: rpcUrl, ...(confirmed ? { confirm_address: '1' } : {}) };
      return admin.submit(page, { fields });
    };

    it('may change to another one of the same installation', async () => {
      const there = pair.bitbucket.url.replace('127.0.0.1', 'localhost');
      await move(there);
      expect((await link()).rpcUrl).to.equal(there);
      expect(await answersUs()).to.equal(200);
    });

    for (const [how, answer] of [
      ['answers 500', { status: 500, body: '<h1>Oops</h1>' }],
      ['drops the connection', { drop: true }],
      ['redirects', { status: 302, headers: { Location: 'https://evil.example.test/' } }],
      ['shows no manifest', { status: 200, body: '<html></html>' }],
    ] as const) {
      it(`stays as it was when the new one ${how} on being asked who is there`, async () => {
        const before = await link();
        const undo = pair.bitbucket.faults.answer({ path: /manifest/ }, answer);
        const refused = await move(pair.bitbucket.url.replace('127.0.0.1', 'localhost'));
        undo();
        expect(refused.status).to.equal(400);
        expect(refused.text).to.include('Confirm the address if you are sure');
        expect(await link()).to.deep.equal(before);
        expect(await answersUs()).to.equal(200);
      });
    }

    it('stays as it was when it cannot be stored, and when the link was deleted meanwhile', async () => {
      const before = await link();
      const there = pair.bitbucket.url.replace('127.0.0.1', 'localhost');
      const { links } = pair.app.store;
      const update = links.update.bind(links);
      links.update = () => Promise.reject(new Error('the disk is full'));
      const failed = await move(there);
      links.update = update;
      expect(failed.status).to.equal(500);
      expect(failed.text).not.to.include('the disk is full');
      expect(await link()).to.deep.equal(before);
      const page = await admin.get(at(`/links/${linkId}/edit`));
      await pair.app.applinks.links.remove(linkId);
      expect((await admin.submit(page, { fields: { rpc_url: there } })).status).to.equal(404);
      expect(await pair.app.applinks.links.list()).to.deep.equal([]);
    });

    it('leads back again after a move to nobody, with what users have connected', async () => {
      await connectAccount(pair, linkId, 'ana', 'ben');
      await move('http://127.0.0.1:1', true);
      const as = () => pair.app.applinks.client(linkId).as('id-ana')(whoami);
      expect(await as().catch((error: unknown) => error)).to.have.property('code', 'peer_unreachable');
      await move(pair.bitbucket.url);
      expect(await (await as()).text()).to.equal('ben');
    });

    it('does not change to another installation, or to nobody, unless that is confirmed', async () => {
      const other = bitbucketStandIn();
      await other.start();
      try {
        for (const url of [other.url, 'http://127.0.0.1:1']) {
          const refused = await move(url);
          expect(refused.status).to.equal(400);
          expect(refused.text).to.include('Confirm the address if you are sure');
          expect((await link()).rpcUrl).to.equal(pair.bitbucket.url);
        }
        await move(other.url, true);
        expect((await link()).rpcUrl).to.equal(other.url);
      } finally {
        await other.stop();
      }
    });
  });
});
