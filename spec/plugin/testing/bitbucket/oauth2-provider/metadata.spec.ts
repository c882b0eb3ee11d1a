import { expect } from 'chai';
import { ask } from '../provider/calling-app.js';
import { json, oauth2App, type OAuth2App } from './oauth2-app.js';

describe('D11: metadata of the Data Center stand-in (oauth2.md 2.2)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App({ contextPath: '/bitbucket' });
  });
  afterEach(() => app.stop());

  const read = () => ask('GET', app.provider.endpoints().metadata);

  it('is the document of 2.2, which understates what the peer can do', async () => {
    const { url } = app.standIn;
    const rest = `${url}/rest/oauth2/latest`;
    expect(app.provider.endpoints().metadata).to.equal(`${rest}/.well-known/oauth-authorization-server`);
    expect(json(await read())).to.deep.equal({
      issuer: url,
      authorization_endpoint: `${rest}/authorize`,
      token_endpoint: `${rest}/token`,
      revocation_endpoint: `${rest}/revoke`,
      scopes_supported: [
        'PUBLIC_REPOS',
        'ACCOUNT_WRITE',
        'REPO_READ',
        'REPO_WRITE',
        'REPO_ADMIN',
        'PROJECT_ADMIN',
        'ADMIN_WRITE',
        'SYSTEM_ADMIN',
      ],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['client_secret_post'],
    });
  });

  it('is not where RFC 8414 puts it', async () => {
    const { origin, pathname } = new URL(app.standIn.url);
    const answer = await ask('GET', `${origin}/.well-known/oauth-authorization-server${pathname}`);
    expect(answer.status).to.equal(404);
  });

  it('may be absent, as in older versions', async () => {
    app.provider.switches.metadata = 'absent';
    expect((await read()).status).to.equal(404);
  });

  it('may name another issuer', async () => {
    app.provider.switches.metadata = 'other-issuer';
    const { issuer, token_endpoint } = json(await read());
    expect(issuer).not.to.equal(app.standIn.url);
    expect(token_endpoint).to.equal(app.provider.endpoints().token);
  });

  it('may put the endpoints on another origin', async () => {
    app.provider.switches.metadata = 'other-origin';
    const { issuer, token_endpoint, authorization_endpoint } = json(await read());
    expect(issuer).to.equal(app.standIn.url);
    for (const endpoint of [token_endpoint, authorization_endpoint]) {
      expect(new URL(endpoint as string).origin).not.to.equal(new URL(app.standIn.url).origin);
    }
  });

  it('may have 10 MB', async () => {
    app.provider.switches.metadata = 'huge';
    const answer = await fetch(app.provider.endpoints().metadata);
    expect((await answer.text()).length).to.be.greaterThan(10 * 1024 * 1024);
  });

  it('may redirect to another origin', async () => {
    app.provider.switches.metadata = 'redirect';
    const answer = await read();
    expect(answer.status).to.equal(302);
    expect(answer.header('Location')).to.match(/^https:\/\/attacker\.example\.test\//);
  });
});
