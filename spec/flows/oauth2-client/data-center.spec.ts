/** The kit as client of the Data Center stand-in: every product, from the callback URL to calls, and what goes wrong there. */
import { expect } from 'chai';
import { CredentialsRequired, PeerRefused } from 'express-applinks';
import {
  bitbucketStandIn,
  type BitbucketStandIn,
  type OAuth2Client,
  type Page,
} from 'express-applinks/testing';
import { adminJson, type AdminJson } from '../../support/admin-json.js';
import { minuteMs, TestClock } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { rejection } from '../../support/oauth2-link.js';
import { rememberSecret } from '../../support/secrets.js';

const products = [
  ['stash', 'bitbucket', 'REPO_READ', 'REPO_ADMIN', '/rest/api/1.0/projects'],
  ['jira', 'jira', 'READ', 'WRITE', '/rest/api/2/myself'],
  ['confluence', 'confluence', 'READ', 'WRITE', '/rest/api/user/current'],
] as const;

for (const [product, preset, narrow, wide, path] of products) {
  describe(`OAuth 2.0 client of ${product} Data Center`, () => {
    let clock: TestClock;
    let app: KitApp;
    let peer: BitbucketStandIn;
    let client: OAuth2Client;
    let linkId: string;
    let ask: AdminJson;
    beforeEach(async () => {
      clock = new TestClock();
      app = await startKitApp({ options: { clock: clock.now } });
      peer = bitbucketStandIn({ product, contextPath: '/ctx', clock: clock.now });
      await peer.start();
      ask = await adminJson(app);
      const made = await ask('POST', '/oauth2-links', { preset, name: 'The peer', url: peer.url });
      const draft = made.json.connection as { linkId: string; callbackUrl: string };
      linkId = draft.linkId;
      client = peer.oauth2Provider.registerClient({
        name: 'Sample CI',
        redirects: [draft.callbackUrl],
        scope: wide,
      });
      const { clientId, clientSecret } = client;
      rememberSecret(clientSecret, 'consumer secret');
      await save({ clientId, clientSecret, scopes: [wide] });
    });
    afterEach(async () => {
      await peer.stop();
      await app.close();
    });

    const save = (body: object) => ask('PUT', `/links/${linkId}/outgoing/oauth2`, body);
    const startUrl = (query = ''): string => `${app.baseUrl}/applinks/connect/${linkId}?start=1${query}`;
    const consent = async (query = '', there = 'ben'): Promise<[Page, (button: string) => Promise<Page>]> => {
      const browser = await peer.as(there);
      await browser.get(`${app.baseUrl}/login?user=ana`);
      const page = await browser.get(startUrl(query));
      return [page, (button) => browser.submit(page, { button })];
    };
    const connect = async (query?: string, there?: string): Promise<Page> =>
      (await consent(query, there))[1]('Allow');
    const call = (init?: object) => app.applinks.client(linkId).as('id-ana')(path, init);
    const status = () => app.applinks.client(linkId).status(app.host.findUser('id-ana')!);

    it('connects with PKCE, tells who the user is, calls, and renews', async () => {
      const done = await connect();
      expect(done.text).to.include('Your account is connected');
      expect(done.textOf('account')).to.match(/ben/i);
      expect((await call()).status).to.equal(200);
      clock.advance(60 * minuteMs);
      expect((await call()).status).to.equal(200);
      expect(peer.oauth2Provider.tokens()[0]).to.have.property('refreshCount', 1);
      const tested = await status();
      expect(tested, JSON.stringify(tested)).to.include({ working: true, type: 'WORKING' });
      expect(tested.steps.map(({ name, outcome }) => `${name} ${outcome}`)).to.deep.equal([
        'credentials passed',
        'metadata passed',
        'authorisation passed',
        'renewal passed',
        'identity passed',
        'scopes passed',
        'expiry passed',
      ]);
    });

    it('declined there: says so, and stores nothing', async () => {
      const [, press] = await consent();
      expect((await press('Deny')).text).to.include('You declined');
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
    });

    it('asks for the narrow scope, and for more when a call needs it', async () => {
      await connect(`&scope=${narrow}`);
      const error = await rejection(call({ scope: wide }));
      expect(error).to.be.instanceOf(CredentialsRequired).and.have.property('scopes').eql([wide]);
      await connect(`&scope=${wide}`);
      expect((await call({ scope: [wide, narrow] })).status).to.equal(200);
    });

    it('a secret reset there: told apart from a lost grant, and corrected without losing it', async () => {
      await connect();
      const clientSecret = rememberSecret(
        peer.oauth2Provider.resetSecret(client.clientId),
        'consumer secret',
      );
      expect(await status()).to.include({ type: 'OAUTH2_CLIENT_REFUSED', working: false });
      clock.advance(60 * minuteMs);
      expect(await rejection(call()))
        .to.be.instanceOf(PeerRefused)
        .and.include({
          problem: 'invalid_client',
        });
      await save({ clientSecret });
      expect((await call()).status).to.equal(200);
    });

    it('all tokens reset there, or the link deleted: connect again', async () => {
      await connect();
      peer.oauth2Provider.resetJwtSecret();
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
      expect((await connect()).text).to.include('Your account is connected');
      peer.oauth2Provider.deleteClient(client.clientId);
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
    });

    it('a wrong redirect URI ends on a page there; here it is told what to compare, then corrected', async () => {
      const [right] = client.redirects;
      peer.oauth2Provider.editRedirects(client.clientId, ['https://placeholder.example/']);
      const page = await connect();
      expect(new URL(page.url).origin).to.equal(new URL(peer.url).origin);
      expect(await status()).to.include({ type: 'OAUTH2_NOT_FINISHED' });
      peer.oauth2Provider.editRedirects(client.clientId, [right!]);
      expect((await connect()).text).to.include('Your account is connected');
    });

    it('a lost answer to a refresh: connect again; a lock: two seconds later', async () => {
      await connect();
      clock.advance(60 * minuteMs);
      peer.oauth2Provider.dropRefreshAnswer();
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
      await connect();
      clock.advance(60 * minuteMs);
      peer.oauth2Provider.switches.isLocked = true;
      setTimeout(() => (peer.oauth2Provider.switches.isLocked = false), 1000);
      expect((await call()).status).to.equal(200);
    });

    it('disconnects there, too', async () => {
      await connect();
      await app.applinks.accounts.disconnect({ userId: 'id-ana' });
      expect(peer.oauth2Provider.tokens()).to.deep.equal([]);
    });

    for (const metadata of ['absent', 'other-issuer', 'other-origin', 'huge', 'redirect'] as const)
      it(`connects whatever its metadata is: ${metadata}`, async () => {
        peer.oauth2Provider.switches.metadata = metadata;
        expect((await connect()).text).to.include('Your account is connected');
      });

    it('in its own name: not with these versions, and says so', async () => {
      const own = () => app.applinks.client(linkId).asApplication()(path);
      expect(await rejection(own())).to.have.property('code', 'not_connectable');
      await save({ clientCredentials: true });
      expect(await rejection(own()))
        .to.be.instanceOf(PeerRefused)
        .and.include({
          problem: 'unsupported_grant_type',
        });
      const tested = await status();
      expect(tested).to.include({ type: 'OAUTH2_PROBLEM' });
      expect(tested.steps.at(-1)).to.include({ name: 'own', outcome: 'failed' });
    });

    it('by the account of the service user, in the background', async () => {
      await connect();
      await ask('PUT', `/links/${linkId}/levels`, { serviceUser: 'ana' });
      expect((await app.applinks.client(linkId).asService()(path)).status).to.equal(200);
    });
  });
}
