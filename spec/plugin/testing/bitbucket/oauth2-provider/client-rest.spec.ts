import { expect } from 'chai';
import { ask, type Answer } from '../provider/calling-app.js';
import { json, oauth2App, redirectUri, type OAuth2App } from './oauth2-app.js';

const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

describe('client registration at the Data Center stand-in (oauth2.md 2.8)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  const rest = (
    method: string,
    path: string,
    body?: unknown,
    credentials = basic('admin', 'sysadmin'),
  ): Promise<Answer> => {
    const headers = { 'Content-Type': 'application/json', ...credentials };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return ask(method, `${app.standIn.url}/rest/oauth2/latest${path}`, headers, sent);
  };
  const wanted = { name: 'Another CI', redirects: ['https://ci.example.test/cb'], scope: 'REPO_READ' };
  const create = (changes: object = {}) => rest('POST', '/client', { ...wanted, ...changes });
  const fieldErrors = (answer: Answer) => {
    expect(answer.status).to.equal(400);
    return Object.keys(json(answer).fieldErrors as object);
  };

  it('POST answers 200 with everything, trimmed, the scope sorted', async () => {
    const answer = await create({ name: '  Another CI ', scope: ' REPO_WRITE ACCOUNT_WRITE ' });
    expect(answer.status).to.equal(200);
    const { id, clientId, clientSecret, ...rest } = json(answer);
    expect(id).to.match(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(clientId).to.match(/^[0-9a-f]{32}$/);
    expect(clientSecret).to.match(/^[0-9a-f]{64}$/);
    expect(rest).to.deep.equal({
      name: 'Another CI',
      redirects: wanted.redirects,
      userKey: 'admin',
      scope: 'ACCOUNT_WRITE REPO_WRITE',
    });
  });

  it('GET shows list and record, the secret again and again', async () => {
    const created = json(await create());
    const list = JSON.parse((await rest('GET', '/client')).body) as { clientId: string }[];
    expect(list.map(({ clientId }) => clientId)).to.deep.equal([app.client.clientId, created.clientId]);
    expect(json(await rest('GET', `/client/${created.id as string}`))).to.deep.equal(created);
  });

  it('PUT answers 204; blank fields keep the old values, and tokens survive', async () => {
    const { accessToken } = await app.connect();
    const path = `/client/${app.client.id}`;
    const redirects = ['https://ci.example.test/new'];
    expect((await rest('PUT', path, { name: ' ', redirects, scope: '' })).status).to.equal(204);
    expect(json(await rest('GET', path))).to.include({ name: 'Sample CI', scope: 'REPO_READ' });
    expect(app.client.redirects).to.deep.equal(redirects);
    await rest('PUT', path, { name: 'New', redirects: [], scope: 'REPO_ADMIN' });
    expect(json(await rest('GET', path))).to.deep.include({ name: 'New', redirects, scope: 'REPO_ADMIN' });
    expect((await app.call('/', { token: accessToken })).header('X-AUSERNAME')).to.equal('ana');
  });

  it('PUT reset answers 200 with another secret', async () => {
    const old = app.client.clientSecret;
    const answer = json(await rest('PUT', `/client/reset/${app.client.clientId}`));
    expect(answer.clientSecret)
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(old);
  });

  it('DELETE answers 200 with the record, and takes the tokens along', async () => {
    await app.connect();
    const answer = await rest('DELETE', `/client/${app.client.id}`);
    expect(answer.status).to.equal(200);
    expect(json(answer).clientId).to.equal(app.client.clientId);
    expect(app.provider.tokens()).to.be.empty;
    expect(app.provider.clients()).to.be.empty;
  });

  it('POST token/jwt/reset ends every token', async () => {
    const { accessToken } = await app.connect();
    expect((await rest('POST', '/token/jwt/reset')).status).to.equal(204);
    expect((await app.call('/', { token: accessToken })).header('X-AUSERNAME')).to.equal(undefined);
  });

  describe('name', () => {
    for (const [what, name] of [
      ['blank', ' '],
      ['256 characters', 'n'.repeat(256)],
      ['taken', 'Sample CI'],
      ['no string', 7],
    ] as const) {
      it(`may not be ${what}`, async () => {
        expect(fieldErrors(await create({ name }))).to.deep.equal(['name']);
      });
    }

    it('may be 255 characters, and stay what it was in an edit', async () => {
      expect((await create({ name: 'n'.repeat(255) })).status).to.equal(200);
      expect((await rest('PUT', `/client/${app.client.id}`, { name: 'Sample CI' })).status).to.equal(204);
    });
  });

  describe('redirects', () => {
    for (const [what, redirects] of [
      ['none', []],
      ['no list', 'https://ci.example.test/cb'],
      ['451 characters', [`https://ci.example.test/${'a'.repeat(427)}`]],
      ['relative', ['/cb']],
      ['with a fragment', ['https://ci.example.test/cb#a']],
      ['one bad among good ones', ['https://ci.example.test/cb', 'cb']],
    ] as const) {
      it(`may not be ${what}`, async () => {
        expect(fieldErrors(await create({ redirects }))).to.deep.equal(['redirects']);
      });
    }

    it('may be several, 450 characters long, with a query, of any scheme', async () => {
      const redirects = [
        `https://ci.example.test/${'a'.repeat(426)}`,
        'https://ci.example.test/cb?a=1',
        'myapp://back',
      ];
      expect(json(await create({ redirects })).redirects).to.deep.equal(redirects);
    });

    it('http is for localhost only, not for 127.0.0.1, when the switch is as in the original', async () => {
      app.provider.switches.skipRedirectUrlHttpsRequirement = false;
      expect((await create({ name: 'One', redirects: ['http://localhost:7990/cb'] })).status).to.equal(200);
      for (const redirect of [
        'http://127.0.0.1/cb',
        'http://ci.example.test/cb',
        'http://localhost.example/',
      ]) {
        expect(fieldErrors(await create({ redirects: [redirect] }))).to.deep.equal(['redirects']);
      }
      app.provider.switches.disallowLocalhostRedirect = true;
      for (const redirect of ['http://localhost/cb', 'https://localhost/cb']) {
        expect(fieldErrors(await create({ redirects: [redirect] }))).to.deep.equal(['redirects']);
      }
    });
  });

  describe('scope', () => {
    for (const scope of ['', 'UNKNOWN', 'REPO_READ  REPO_WRITE', 'repo_read']) {
      it(`may not be "${scope}"`, async () => {
        expect(fieldErrors(await create({ scope }))).to.deep.equal(['scope']);
      });
    }
  });

  it('is for system administrators', async () => {
    for (const credentials of [basic('boss', 'boss'), basic('ana', 'ana'), basic('admin', 'wrong')]) {
      for (const [method, path] of [
        ['GET', '/client'],
        ['POST', '/client'],
        ['GET', `/client/${app.client.id}`],
        ['PUT', `/client/${app.client.id}`],
        ['PUT', `/client/reset/${app.client.clientId}`],
        ['DELETE', `/client/${app.client.id}`],
        ['POST', '/token/jwt/reset'],
      ] as const) {
        const answer = await rest(method, path, wanted, credentials);
        expect(answer.status, `${method} ${path}`).to.equal(401);
        expect(answer.body).not.to.include(app.client.clientSecret);
      }
    }
  });

  it('answers 404 for an unknown record and 400 for what is no JSON object', async () => {
    for (const [method, path] of [
      ['GET', '/client/unknown'],
      ['PUT', '/client/unknown'],
      ['PUT', '/client/reset/unknown'],
      ['DELETE', '/client/unknown'],
    ] as const) {
      expect((await rest(method, path, wanted)).status).to.equal(404);
    }
    expect((await rest('POST', '/client', [])).status).to.equal(400);
    expect((await rest('PUT', `/client/${app.client.id}`, 'text')).status).to.equal(400);
  });

  it('keeps an audit log: rotation is a revocation and a creation', async () => {
    const { refreshToken } = await app.connect();
    await app.refresh(refreshToken);
    app.provider.editRedirects(app.client.clientId, [redirectUri, 'https://ci.example.test/2']);
    app.provider.resetSecret(app.client.clientId);
    app.provider.deleteClient(app.client.clientId);
    expect(app.provider.audit.map(({ action }) => action)).to.deep.equal([
      'client.created',
      'authorization.granted',
      'token.created',
      'token.revoked',
      'token.created',
      'client.updated',
      'client.secret-refreshed',
      'token.revoked',
      'client.deleted',
    ]);
    expect(app.provider.audit[4]!.details.refreshCount).to.equal(1);
    expect(JSON.stringify(app.provider.audit)).not.to.include(app.client.clientSecret);
  });

  it('the driver says why it may not, and for what client it has nothing', () => {
    const { provider } = app;
    expect(() => provider.registerClient({ ...wanted, scope: 'NO' })).to.throw(/scope/);
    expect(() => provider.resetSecret('unknown')).to.throw(/no OAuth 2.0 client unknown/);
    const grant = { clientId: app.client.clientId, user: 'ana', scope: 'NO' };
    expect(() => provider.issueTokens(grant)).to.throw(/no scope/);
  });
});
