/** An administrator describes how a peer is called by OAuth 2.0, in whatever order the values come (oauth2.md 5.2, 5.3). */
import { expect } from 'chai';
import { adminJson, type AdminJson } from '../../support/admin-json.js';
import { browserOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { listen, type Listening } from '../../support/listen.js';
import { rememberSecret } from '../../support/secrets.js';

describe('A connection by OAuth 2.0', () => {
  let app: KitApp;
  let ask: AdminJson;
  const secret = rememberSecret('0123456789abcdef0123456789abcdef', 'consumer secret');
  beforeEach(async () => {
    app = await startKitApp({ mount: 'path' });
    ask = await adminJson(app);
  });
  afterEach(() => app.close());

  const draft = async (body: object): Promise<Record<string, unknown>> => {
    const made = await ask('POST', '/oauth2-links', body);
    expect(made.status, made.text).to.equal(201);
    return made.json.connection as Record<string, unknown>;
  };
  const bitbucket = { preset: 'bitbucket', name: 'Bitbucket', url: 'https://bb.example.test/bitbucket/' };

  it('begins as a draft with its callback URL, and is ready when the last value is there', async () => {
    const made = await draft(bitbucket);
    const linkId = String(made.linkId);
    expect(made).to.include({
      state: 'placeholder',
      callbackUrl: `${app.baseUrl}/applinks/callback/oauth2/${linkId}`,
      authorizeUrl: 'https://bb.example.test/bitbucket/rest/oauth2/latest/authorize',
      tokenUrl: 'https://bb.example.test/bitbucket/rest/oauth2/latest/token',
      hasSecret: false,
    });
    expect((await app.applinks.links.get(linkId)).state).to.equal('draft');
    const path = `/links/${linkId}/outgoing/oauth2`;
    const half = await ask('PUT', path, { clientId: ' abc ', scopes: ['REPO_READ', 'ACCOUNT_WRITE'] });
    expect(half.json.connection).to.include({ state: 'partial', clientId: 'abc' });
    expect(half.json.connection).to.have.property('missing').that.deep.equals(['the client secret']);
    const whole = await ask('PUT', path, { clientSecret: `  ${secret} ` });
    expect(whole.json.connection).to.include({ state: 'ready', hasSecret: true, clientId: 'abc' });
    expect(whole.text).not.to.include(secret);
    const link = await app.applinks.links.get(linkId);
    expect(link.state).to.equal('active');
    expect(JSON.stringify(link)).not.to.include(secret);
    expect((await ask('GET', path)).json).to.deep.equal(whole.json);
  });

  it('keeps what is not mentioned, and goes with its grants', async () => {
    const { linkId, connectionId } = await draft(bitbucket);
    const path = `/links/${String(linkId)}/outgoing/oauth2`;
    await ask('PUT', path, { clientId: 'abc', clientSecret: secret, scopes: ['REPO_READ'] });
    const changed = await ask('PUT', path, { clientSecret: `${secret}2`, clientCredentials: true });
    expect(changed.json.connection).to.include({ connectionId, clientId: 'abc', clientCredentials: true });
    expect((await ask('DELETE', path)).status).to.equal(204);
    expect((await ask('GET', path)).status).to.equal(404);
  });

  it('tells each mistake at its field', async () => {
    const { linkId } = await draft(bitbucket);
    const path = `/links/${String(linkId)}/outgoing/oauth2`;
    for (const [body, field] of [
      [{ scopes: ['READ'] }, 'scopes'],
      [{ scopes: [] }, 'scopes'],
      [{ scopes: ['two words'] }, 'scopes.0'],
      [{ clientId: 'ä b' }, 'clientId'],
      [{ preset: 'custom', authorizeUrl: 'http://auth.example.test/', tokenUrl: null }, 'authorizeUrl'],
      [{ preset: 'custom', authorizeUrl: 'https://u:p@auth.example.test/', tokenUrl: null }, 'authorizeUrl'],
      [{ preset: 'github' }, 'preset'],
      [{ secret: 'x' }, 'input'],
    ] as const) {
      const refused = await ask('PUT', path, body);
      expect(refused.status, refused.text).to.equal(400);
      expect(refused.json.error).to.have.property('fields').that.has.property(field);
    }
    for (const url of ['http://bb.example.test', 'https://u:p@bb.example.test', 'ftp://bb.example.test'])
      expect((await ask('POST', '/oauth2-links', { ...bitbucket, url })).status, url).to.equal(400);
  });

  it('to Atlassian’s cloud takes the client of the vendor, or one of its own', async () => {
    await app.close();
    app = await startKitApp({ options: { cloud: { clientId: 'vendor', clientSecret: secret } } });
    ask = await adminJson(app);
    const made = await draft({ preset: 'jira-cloud', name: 'Jira', url: 'https://x.atlassian.net' });
    expect(made).to.include({ authorizeUrl: 'https://auth.atlassian.com/authorize', isVendorClient: true });
    const path = `/links/${String(made.linkId)}/outgoing/oauth2`;
    const saved = await ask('PUT', path, { scopes: ['read:jira-work', 'offline_access'] });
    expect(saved.json.connection).to.include({ state: 'ready' });
    expect(saved.json.connection).to.have.property('scopes').that.deep.equals(['read:jira-work']);
    const own = await ask('PUT', path, { clientId: 'own' });
    expect(own.json.connection).to.include({ state: 'partial', isVendorClient: false });
  });

  it('to Confluence’s cloud takes the scopes that its documentation has', async () => {
    const made = await draft({ preset: 'confluence-cloud', name: 'Wiki', url: 'https://x.atlassian.net' });
    expect(made).to.have.property('knownScopes').that.deep.equals([]);
    const browser = await browserOf(app.baseUrl, 'admin');
    const guide = `${app.baseUrl}/applinks/admin/links/${String(made.linkId)}/oauth2`;
    const page = await browser.get(guide);
    const form = page.forms.findIndex(({ action }) => action.includes('/oauth2/calls'));
    const scopes = 'read:one offline_access read:two';
    const saved = await browser.submit(page, { form, fields: { client_id: 'own', scopes, pkce: '1' } });
    expect(saved.status, saved.text).to.equal(303);
    const { json } = await ask('GET', `/links/${String(made.linkId)}/outgoing/oauth2`);
    expect(json.connection).to.include({ clientId: 'own', pkce: true });
    expect(json.connection).to.have.property('scopes').that.deep.equals(['read:one', 'read:two']);
  });

  describe('to a custom server', () => {
    let server: Listening;
    let metadata: object;
    before(async () => {
      server = await listen((_req, res) => {
        res.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
      });
    });
    after(() => server.close());

    it('reads its endpoints from its metadata, once', async () => {
      metadata = {
        issuer: server.url,
        authorization_endpoint: `${server.url}/auth`,
        token_endpoint: `${server.url}/token`,
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
        authorization_response_iss_parameter_supported: true,
      };
      expect(await draft({ preset: 'custom', name: 'Server', url: server.url })).to.include({
        authorizeUrl: `${server.url}/auth`,
        tokenUrl: `${server.url}/token`,
        issuer: server.url,
        tokenAuthentication: 'client_secret_basic',
      });
    });

    it('that takes no client secret is refused, with what to do', async () => {
      metadata = {
        ...{
          issuer: server.url,
          authorization_endpoint: `${server.url}/a`,
          token_endpoint: `${server.url}/t`,
        },
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      };
      const refused = await ask('POST', '/oauth2-links', {
        ...{ preset: 'custom', name: 'Server', url: server.url },
      });
      expect(refused.status).to.equal(400);
      expect(refused.text).to.include('clients without a secret are not supported');
    });

    for (const [what, change] of [
      ['another issuer', { issuer: 'https://evil.example' }],
      ['an endpoint of another origin', { token_endpoint: 'https://evil.example/token' }],
    ] as const) {
      it(`believes no metadata with ${what}`, async () => {
        metadata = {
          ...{ issuer: server.url, authorization_endpoint: `${server.url}/a` },
          ...{ token_endpoint: `${server.url}/t`, ...change },
        };
        const refused = await ask('POST', '/oauth2-links', {
          ...{ preset: 'custom', name: 'Server', url: server.url },
        });
        expect(refused.status).to.equal(400);
        expect(refused.text).to.include('not believed').and.not.include('evil.example/token');
        expect((await app.applinks.links.list()).map(({ name }) => name)).not.to.include('Server');
      });
    }
  });
});
