/** OAuth 2.0 as a whole: the kit on both sides, linked to itself, and what the tokens of one link open at another. */
import { expect } from 'chai';
import { adminJson, type AdminJson } from '../support/admin-json.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { call, registerClient } from '../support/oauth2-client.js';
import { loggedIn } from '../support/oauth2-link.js';
import { rememberSecret } from '../support/secrets.js';

describe('Two apps with the kit, linked over OAuth 2.0', () => {
  let client: KitApp;
  let provider: KitApp;
  let ask: AdminJson;
  beforeEach(async () => {
    client = await startKitApp({ mount: 'path' });
    provider = await startKitApp({ mount: 'path' });
    ask = await adminJson(client);
  });
  afterEach(async () => {
    await client.close();
    await provider.close();
  });

  /** Both halves by their JSON and code; the client reads the endpoints from the metadata. */
  const link = async (to: KitApp): Promise<string> => {
    const made = await ask('POST', '/oauth2-links', { preset: 'custom', name: 'Other', url: to.baseUrl });
    expect(made.status, made.text).to.equal(201);
    const { linkId, callbackUrl } = made.json.connection as Record<string, string>;
    const { links } = to.applinks;
    const registered = await links.addClient((await links.create({ name: 'App' })).link.id, {
      ...{ redirectUris: [{ uri: callbackUrl ?? '' }], scopes: ['build'] },
    });
    const clientSecret = rememberSecret(registered.secret ?? '', 'consumer secret');
    const { clientId } = registered.client;
    const saved = await ask('PUT', `/links/${linkId ?? ''}/outgoing/oauth2`, {
      ...{ clientId, clientSecret, scopes: ['build'] },
    });
    expect(saved.json.connection, saved.text).to.include({ state: 'ready' });
    return linkId ?? '';
  };
  /** A browser of ana at the client, and of rob at the provider: cookies know no ports, so one jar holds two hosts. */
  const connect = async (linkId: string): Promise<string> => {
    const here = await loggedIn(client.baseUrl, 'ana', 0);
    const there = await loggedIn(provider.baseUrl, 'ana', 0);
    const onward = await here.get(`${client.baseUrl}/applinks/connect/${linkId}?start=1`);
    const consent = await there.get(onward.header('location') ?? '');
    const back = await there.submit(consent, { button: 'authorize' });
    const done = await here.get(back.header('location') ?? '');
    expect(done.status, done.text).to.equal(303);
    return done.header('location') ?? '';
  };

  it('complete the flow with PKCE, iss and rotation, by metadata alone, and call each other', async () => {
    const linkId = await link(provider);
    await connect(linkId);
    const answer = await client.applinks.client(linkId).as('id-ana')('/job/demo/build', { method: 'POST' });
    expect(answer.status).to.equal(201);
    expect(await answer.json()).to.include({ startedBy: 'ana' });
  });

  it('and one that would be linked to itself is refused, whatever it is called', async () => {
    const admin = await loggedIn(client.baseUrl, 'admin');
    for (const url of [client.baseUrl, `${client.baseUrl}/`]) {
      for (const preset of ['custom', 'bitbucket', 'jira']) {
        const refused = await ask('POST', '/oauth2-links', { preset, name: 'Self', url });
        expect(refused.status).to.equal(400);
        expect(refused.text).to.include('this application itself');
      }
      const form = await admin.get(`${client.baseUrl}/applinks/admin/create/oauth2`);
      const looked = await admin.submit(form, { fields: { url } });
      expect(looked.text).to.include('this application itself');
    }
    expect(await client.applinks.links.list()).to.deep.equal([]);
  });
});

describe('A bearer token of one link, at another', () => {
  let app: KitApp;
  before(async () => {
    app = await startKitApp({ options: { scopes: { build: 'Start builds', more: 'More' } } });
  });
  after(() => app.close());

  const peerIds = ['680a4e42-d268-36bc-9728-7b01427756c2', '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'] as const;
  const halfOf = (id: string): string => `/rest/applinks/latest/applicationlink/${id}`;

  it('may neither read, change nor delete that half', async () => {
    const clients = [await registerClient(app, { name: 'One' }), await registerClient(app, { name: 'Two' })];
    for (const [index, { linkId }] of clients.entries()) {
      const link = await app.store.links.get(linkId);
      if (link) await app.store.links.update({ ...link, applicationId: peerIds[index] ?? null });
    }
    const { access } = (await clients[0]?.tokens('ana')) ?? expect.fail('no tokens');
    const other = halfOf(peerIds[1]);
    const status = async (method: string, path: string, body?: string): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      return (await call(app, access, path, { method, headers, ...(body === undefined ? {} : { body }) }))
        .status;
    };
    expect(await status('DELETE', other)).to.equal(401);
    expect(await status('PUT', other, '{}')).to.equal(401);
    for (const path of ['/authentication', '/authentication/consumer', '/authentication/provider'])
      expect(await status('GET', `${other}${path}`), path).to.equal(401);
    expect(await status('PUT', `${other}/authentication/consumer`, '{}')).to.equal(401);
    expect(
      await status('PUT', `/plugins/servlet/applinks/auth/conf/oauth/autoconfig/${peerIds[1]}`),
    ).to.equal(401);
    const names = (await app.applinks.links.list()).map(({ name }) => name);
    expect(names).to.include.members(['One', 'Two']);
  });

  it('of an administrator, for some of the scopes only, administers nothing', async () => {
    const narrow = await registerClient(app, { name: 'Narrow', scopes: ['build'] });
    const { access } = await narrow.tokens('admin');
    const info = await call(app, access, '/rest/applinks/latest/authenticationinfo', { method: 'GET' });
    expect(info.status).to.equal(401);
  });

  it('is nothing on our pages and in our JSON, which are for sessions', async () => {
    const client = await registerClient(app, { name: 'All', scopes: ['build', 'more'] });
    const { access } = await client.tokens('admin', { scope: 'build more' });
    for (const path of ['/applinks/admin', '/applinks/tokens']) {
      const page = await call(app, access, path, { method: 'GET', redirect: 'manual' });
      expect(page.status, path).to.equal(302);
    }
    for (const path of ['/applinks/rest/links', '/applinks/rest/tokens'])
      expect((await call(app, access, path, { method: 'GET' })).status, path).to.equal(401);
  });
});
