/** The kit as client of Jira Cloud's stand-in (oauth2.md 4.1). */
import { expect } from 'chai';
import { CredentialsRequired } from 'express-applinks';
import { cloudStandIn, type CloudApp, type CloudStandIn, type Page } from 'express-applinks/testing';
import { adminJson, type AdminJson } from '../../support/admin-json.js';
import { dayMs, minuteMs, TestClock } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { listen } from '../../support/listen.js';
import { rejection } from '../../support/oauth2-link.js';
import { rememberSecret } from '../../support/secrets.js';

const myself = '/rest/api/3/myself';

describe('OAuth 2.0 client of Atlassian’s cloud', () => {
  let clock: TestClock;
  let app: KitApp;
  let cloud: CloudStandIn;
  let registered: CloudApp;
  let linkId: string;
  let ask: AdminJson;

  const start = async (site?: string): Promise<void> => {
    clock = new TestClock();
    cloud = cloudStandIn({ clock: clock.now });
    await cloud.start();
    // The vendor registers the callback of each link, so a free port is taken first and given to the kit.
    const place = await listen(() => undefined);
    await place.close();
    const callbackUrls: string[] = [];
    registered = cloud.registerApp({
      name: 'Sample CI',
      callbackUrls,
      scopes: ['read:jira-user', 'read:jira-work', 'write:jira-work'],
    });
    const { clientId, clientSecret } = registered;
    rememberSecret(clientSecret, 'consumer secret');
    const { authUrl, apiUrl } = cloud;
    app = await startKitApp({
      port: place.port,
      options: { clock: clock.now, cloud: { authUrl, apiUrl, clientId, clientSecret } },
    });
    ask = await adminJson(app);
    const url = cloud.sites.find(({ name }) => name === site)?.url ?? null;
    const made = await ask('POST', '/oauth2-links', { preset: 'jira-cloud', name: 'Jira', url });
    const view = made.json.connection as { linkId: string; callbackUrl: string };
    linkId = view.linkId;
    callbackUrls.push(view.callbackUrl);
    await save({ scopes: ['read:jira-user', 'read:jira-work'] });
  };
  afterEach(async () => {
    await cloud.stop();
    await app.close();
  });

  const save = (body: object) => ask('PUT', `/links/${linkId}/outgoing/oauth2`, body);
  const connect = async (button = 'Accept', site?: string): Promise<Page> => {
    const browser = await cloud.as('ben');
    await browser.get(`${app.baseUrl}/login?user=ana`);
    const asked = await browser.get(`${app.baseUrl}/applinks/connect/${linkId}?start=1`);
    if (asked.forms.length === 0) return asked;
    return browser.submit(asked, { button, fields: site === undefined ? {} : { site } });
  };
  const call = (path = myself) => app.applinks.client(linkId).as('id-ana')(path);
  const tokenRequests = () => cloud.received.filter(({ path }) => path === '/oauth/token');
  const status = () => app.applinks.client(linkId).status(app.host.findUser('id-ana')!);

  it('asks with audience, prompt and offline_access and without PKCE, and sends JSON', async () => {
    await start('acme');
    expect((await connect()).text).to.include('Your account is connected');
    const authorize = cloud.received.find(({ path }) => path === '/authorize')!;
    const query = new URLSearchParams(authorize.query);
    expect(Object.fromEntries(query)).to.include({
      audience: 'api.atlassian.com',
      prompt: 'consent',
      scope: 'read:jira-user read:jira-work offline_access',
    });
    expect(query.has('code_challenge')).to.equal(false);
    expect(tokenRequests()[0]!.headers['content-type']).to.equal('application/json');
    const answer = await call();
    expect(answer.status).to.equal(200);
    const tested = await status();
    expect(tested, JSON.stringify(tested)).to.include({ type: 'WORKING' });
    expect(tested.steps.find(({ name }) => name === 'scopes')).to.include({
      text: 'read:jira-user read:jira-work',
    });
  });

  it('row 2: uses PKCE when that is switched on, challenge and method together, and only then', async () => {
    await start('acme');
    expect((await save({ pkce: true })).json.connection).to.include({ pkce: true });
    expect((await connect()).text).to.include('Your account is connected');
    const { query } = cloud.received.find(({ path }) => path === '/authorize')!;
    expect(new URLSearchParams(query).get('code_challenge_method')).to.equal('S256');
    expect(new URLSearchParams(query).get('code_challenge')).to.match(/^[\w-]{43}$/);
    expect(JSON.parse(tokenRequests()[0]!.body))
      .to.have.property('code_verifier')
      .that.matches(/^[\w-]{43}$/);
  });

  it('calls the API address only, never the site', async () => {
    await start('acme');
    await connect();
    await call();
    const seen = cloud.received.map(({ path }) => path);
    expect(seen.filter((path) => path.endsWith(myself))).to.not.be.empty;
    expect(seen.filter((path) => path === myself)).to.deep.equal([]);
    const error = await rejection(call(`${cloud.sites[0]!.url}${myself}`));
    expect(error).to.have.property('code', 'invalid_input');
  });

  it('renews with rotating tokens, and a lost answer costs nothing within the leeway', async () => {
    await start('acme');
    await connect();
    clock.advance(60 * minuteMs);
    expect((await call()).status).to.equal(200);
    clock.advance(60 * minuteMs);
    cloud.faults.answer(/\/oauth\/token/, { drop: 'after', once: true });
    expect((await call()).status).to.equal(200);
    clock.advance(91 * dayMs);
    expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
  });

  it('403 invalid_grant means consent; 401 of the API a renewal, once', async () => {
    await start('acme');
    await connect();
    clock.advance(2 * minuteMs);
    cloud.switches.refuses = 401;
    const before = tokenRequests().length;
    expect(await rejection(call())).to.include({ problem: 'anonymous' });
    expect(tokenRequests().length - before).to.equal(1);
    cloud.switches.refuses = undefined;
    cloud.revoke('ben', registered.clientId);
    expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
  });

  for (const refused of [403, 429] as const)
    it(`${refused} of the API is its answer`, async () => {
      await start('acme');
      await connect();
      cloud.switches.refuses = refused;
      expect((await call()).status).to.equal(refused);
    });

  it('of several sites takes the one of the link', async () => {
    await start('beta');
    cloud.switches.sites = ['acme', 'beta', 'gamma'];
    await connect();
    await call();
    const { id } = cloud.sites.find(({ name }) => name === 'beta')!;
    expect(cloud.received.some(({ path }) => path === `/ex/jira/${id}${myself}`)).to.equal(true);
  });

  it('without access to the site of the link says to which there is, and stores nothing', async () => {
    await start('gamma');
    const page = await connect();
    expect(page.status).to.equal(409);
    expect(page.text).to.include('has no access to');
    expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
  });

  it('without a site in the link takes the only one, and asks which when there are several', async () => {
    await start();
    await connect();
    expect((await call()).status).to.equal(200);
    cloud.switches.sites = ['acme', 'beta'];
    expect((await connect()).text).to.include('several sites');
  });

  it('is disconnected here, with a hint where to take it back there', async () => {
    await start('acme');
    await connect();
    const [account] = await app.applinks.accounts.list({ userId: 'id-ana' });
    expect(account!.revokeHint).to.include('Connected apps');
    await app.applinks.accounts.disconnect({ userId: 'id-ana' });
    expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
  });

  it('with a client of its own instead of the vendor’s', async () => {
    await start('acme');
    await save({
      clientId: 'own',
      clientSecret: rememberSecret('own-secret-of-the-link', 'consumer secret'),
    });
    const page = await connect();
    expect(page.text).not.to.include('Your account is connected');
    expect(new URL(page.url).origin).to.equal(cloud.authUrl);
  });
});
