/** What happens to calls of ours by OAuth 2.0 in the life of a link, with Bitbucket's stand-in as the provider (oauth2.md 5.3). */
import { expect } from 'chai';
import { CredentialsRequired, PeerRefused } from 'express-applinks';
import { minuteMs } from '../../support/clock.js';
import { rejection } from '../../support/oauth2-link.js';
import { startCallingPair, type CallingPair } from '../../support/oauth2-pair.js';
import { rememberSecret } from '../../support/secrets.js';

describe('Calls by OAuth 2.0 in the life of a link', () => {
  let pair: CallingPair;
  beforeEach(async () => {
    pair = await startCallingPair();
  });
  afterEach(() => pair.close());

  const caller = async (): Promise<string | null> => (await pair.call()).headers.get('x-ausername');
  const expire = (): void => pair.clock.advance(61 * minuteMs);

  it('deny: nothing is stored, and the next attempt works', async () => {
    const browser = await pair.browser();
    const consent = await browser.get(pair.startUrl());
    const denied = await browser.submit(consent, { button: 'Deny' });
    expect(denied.text).to.include('You declined');
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
    await pair.connect();
    expect(await caller()).to.equal('ana');
  });

  it('expired code: told, and beginning again works', async () => {
    pair.bitbucket.oauth2Provider.switches.maxClientDelaySeconds = -1;
    const late = await pair.connect();
    expect(late.text).to.include('did not connect your account').and.include('Begin again');
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
    pair.bitbucket.oauth2Provider.switches.maxClientDelaySeconds = 60;
    await pair.connect();
    expect(await caller()).to.equal('ana');
  });

  it('login in the middle: who is logged out meanwhile logs in and is where they were', async () => {
    const browser = await pair.browser();
    const consent = await browser.get(pair.startUrl());
    pair.app.host.sessions.clear();
    const login = await browser.submit(consent);
    expect(login.text).to.include('Log in');
    const done = await browser.get(`${login.url}&user=ana`);
    expect(done.text).to.include('Your account is connected');
    expect(await caller()).to.equal('ana');
  });

  it('two tabs: both finish, in whatever order', async () => {
    const browser = await pair.browser();
    const [first, second] = [await browser.get(pair.startUrl()), await browser.get(pair.startUrl())];
    for (const tab of [second, first])
      expect((await browser.submit(tab)).text).to.include('Your account is connected');
    expect(await caller()).to.equal('ana');
  });

  it('wrong secret, then corrected: the test names it, and nobody has to look elsewhere', async () => {
    const { ask, connection, bitbucket, clientId } = pair;
    await ask('PUT', connection, { clientSecret: rememberSecret('f'.repeat(64), 'consumer secret') });
    const admin = await pair.browser('admin');
    const tested = `/ci/applinks/admin/links/${pair.linkId}/oauth2/tested`;
    const back = await admin.submit(await admin.get(pair.startUrl(tested)));
    expect(back.url).to.include('/oauth2#test-here');
    expect(back.text).to.include('does not accept our client ID and secret');
    const { clientSecret } = bitbucket.oauth2Provider.clients().find((one) => one.clientId === clientId)!;
    await ask('PUT', connection, { clientSecret });
    const works = await admin.submit(await admin.get(pair.startUrl(tested)));
    expect(works.text).to.include('It works.');
  });

  it('secret rotated there while in use: refused credentials, no lost access; the new one mends it', async () => {
    await pair.connect();
    const secret = rememberSecret(
      pair.bitbucket.oauth2Provider.resetSecret(pair.clientId),
      'consumer secret',
    );
    expire();
    const error = await rejection(pair.call());
    expect(error).to.be.instanceOf(PeerRefused).with.property('problem', 'invalid_client');
    const guide = await pair.guideOf();
    expect(guide).to.include('Client ID or secret are refused by Bitbucket.');
    expect(guide).to.include('Credentials rejected').and.not.include('An access was lost');
    await pair.ask('PUT', pair.connection, { clientSecret: secret });
    expect(await pair.guideOf()).to.not.include('are refused by Bitbucket');
    expect(await caller()).to.equal('ana');
  });

  it('provider down during a refresh: the access is kept and used when it is up again', async () => {
    await pair.connect();
    expire();
    const restore = pair.bitbucket.oauth2Provider.failTokenRequests('server-error');
    expect(await rejection(pair.call()))
      .to.be.instanceOf(Error)
      .and.not.instanceOf(CredentialsRequired);
    restore();
    pair.clock.advance(minuteMs);
    expect(await caller()).to.equal('ana');
  });

  it('connection cut during a refresh: asked once more, then the new tokens are lost and that user connects again', async () => {
    await pair.connect();
    expire();
    pair.bitbucket.oauth2Provider.dropRefreshAnswer();
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
    expect(await pair.guideOf()).to.include('An access was lost');
  });

  it('user disconnects: taken back there, too', async () => {
    await pair.connect();
    const [account] = await pair.app.applinks.accounts.list({ userId: 'id-ana' });
    await pair.app.applinks.accounts.disconnect({ id: account!.id });
    expect(pair.bitbucket.oauth2Provider.tokens()).to.deep.equal([]);
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
  });

  it('user revokes it there: that user connects again, and the guide says which of the two it is', async () => {
    await pair.connect();
    pair.bitbucket.oauth2Provider.revokeTokens(pair.clientId, 'ana');
    expire();
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
    const guide = await pair.guideOf();
    expect(guide).to.include('An access was lost').and.not.include('are refused by Bitbucket');
  });

  it('administrator deletes the link there: calls ask to connect, and connecting fails at the peer', async () => {
    await pair.connect();
    pair.bitbucket.oauth2Provider.deleteClient(pair.clientId);
    expire();
    expect(await rejection(pair.call())).to.be.instanceOf(CredentialsRequired);
    const browser = await pair.browser();
    const page = await browser.get(pair.startUrl());
    expect(page.url.startsWith(pair.bitbucket.url)).to.equal(true);
    expect(await pair.guideOf('ana')).to.not.include('It works.');
  });

  it('administrator deletes the link here: what is under way ends, and nothing is left', async () => {
    await pair.connect();
    const browser = await pair.browser();
    const consent = await browser.get(pair.startUrl());
    await pair.app.applinks.links.remove(pair.linkId);
    expect((await browser.submit(consent)).status).to.equal(404);
    expect(await pair.app.applinks.accounts.list({})).to.deep.equal([]);
  });
});
