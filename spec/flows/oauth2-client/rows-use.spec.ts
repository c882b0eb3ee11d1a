/** Our client where tokens are used, kept, compared and given up, row by row of oauth2.md part 7. */
import { expect } from 'chai';
import { CredentialsRequired, PeerRefused, PeerUnreachable } from 'express-applinks';
import { minuteMs } from '../../support/clock.js';
import { json } from '../../support/oauth2-provider.js';
import { rejection, startOAuth2Link, type OAuth2Link } from '../../support/oauth2-link.js';
import { memoryStore } from 'express-applinks';
import { watchedStore } from '../../support/watched-store.js';

const projects = '/rest/api/1.0/projects';

describe('OAuth 2.0 client, in use', () => {
  let link: OAuth2Link;
  const start = async (options: Parameters<typeof startOAuth2Link>[0] = {}): Promise<void> => {
    link = await startOAuth2Link(options);
  };
  afterEach(() => link.close());

  const client = () => link.app.applinks.client(link.linkId);
  const call = (path = projects, init?: Parameters<ReturnType<typeof asAna>>[1]) => asAna()(path, init);
  const asAna = () => client().as('id-ana');
  const refreshes = () =>
    link.provider.requests('/token').filter(({ fields }) => fields.grant_type === 'refresh_token');

  describe('row 13: granted scopes', () => {
    it('are compared with what they include', async () => {
      await start({ scopes: ['REPO_ADMIN'] });
      await link.connect();
      for (const scope of ['REPO_READ', 'PUBLIC_REPOS', 'REPO_ADMIN'])
        expect((await call(projects, { scope })).status, scope).to.equal(200);
    });

    it('that do not suffice lead to a new consent, for what was granted and what is wanted', async () => {
      await start({ scopes: ['REPO_WRITE', 'ACCOUNT_WRITE'] });
      await (await link.browser()).get(link.startUrl('&scope=REPO_READ'));
      expect(link.provider.requests('/authorize').at(-1)!.query.get('scope')).to.equal('REPO_READ');
      const error = await rejection(call(projects, { scope: ['REPO_WRITE', 'REPO_READ'] }));
      expect(error).to.be.instanceOf(CredentialsRequired).and.have.property('scopes').eql(['REPO_WRITE']);
      const { connectUrl, message } = error as CredentialsRequired;
      expect(message).to.include('More access is needed at The peer (REPO_WRITE)');
      expect(connectUrl).to.match(/\?scope=REPO_WRITE$/);
      await (await link.browser()).get(`${connectUrl}&start=1`);
      expect(link.provider.requests('/authorize').at(-1)!.query.get('scope')).to.equal('REPO_WRITE');
      expect((await call(projects, { scope: ['REPO_WRITE', 'REPO_READ'] })).status).to.equal(200);
    });

    it('beyond what the client is registered for are not asked for', async () => {
      await start();
      const page = await (await link.browser()).get(link.startUrl('&scope=SYSTEM_ADMIN'));
      expect(page.status).to.equal(400);
      expect(page.text).to.include('is not set up for SYSTEM_ADMIN');
    });

    it('are in the test of the link as JSON, step by step', async () => {
      await start();
      await link.connect('admin');
      const { json: tested, status } = await link.ask('POST', `/links/${link.linkId}/status`, {});
      expect(status).to.equal(200);
      const { steps, ...found } = tested.status as { steps: { name: string; outcome: string }[] };
      expect(found).to.include({ type: 'WORKING', category: 'WORKING', working: true });
      expect(steps.map(({ name, outcome }) => `${name} ${outcome}`)).to.deep.equal([
        'credentials passed',
        'metadata passed',
        'authorisation passed',
        'renewal passed',
        'identity passed',
        'scopes passed',
        'expiry passed',
      ]);
      expect(steps.at(-2)).to.have.property('text', 'REPO_READ');
    });

    it('fewer than are set up: the test says that the account is limited', async () => {
      await start({ scopes: ['REPO_READ', 'ACCOUNT_WRITE'] });
      link.provider.alter = (answer) => ({ ...answer, scope: 'REPO_READ' });
      await link.connect();
      const status = await client().status(link.app.host.findUser('id-ana')!);
      expect(status.steps.find(({ name }) => name === 'scopes')).to.include({ outcome: 'limited' });
      expect(status.hints.join()).to.include('ACCOUNT_WRITE');
    });
  });

  describe('row 22: the access token', () => {
    beforeEach(async () => {
      await start();
      await link.connect();
    });
    it('goes in the header, spelt exactly so, below the link’s address only', async () => {
      await call();
      const { headers } = link.provider.requests(projects)[0]!;
      expect(headers.authorization).to.match(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
      const { origin } = new URL(link.provider.url);
      for (const path of [
        'https://evil.example/',
        `${origin}/other/`,
        `${origin}/bitbucketx/`,
        '/../other',
        '/%2e%2e/other',
        `${origin.replace('//', '//a@')}/bitbucket/`,
      ]) {
        const before = link.provider.received.length;
        expect(await rejection(call(path)), path).to.have.property('code', 'invalid_input');
        expect(link.provider.received, path).to.have.length(before);
      }
    });

    it('is not carried over a redirect', async () => {
      link.provider.fail(/projects/, (res) => {
        res.writeHead(302, { location: 'https://evil.example/' }).end();
      });
      expect(await rejection(call()))
        .to.be.instanceOf(PeerUnreachable)
        .and.include({ kind: 'redirected' });
    });

    it('is sent to nobody else when the address of the link changes', async () => {
      await link.app.applinks.links.update(link.linkId, {
        rpcUrl: link.provider.url.replace('/bitbucket', '/other'),
      });
      const before = link.provider.received.length;
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
      expect(link.provider.received).to.have.length(before);
    });
  });

  describe('row 23: anonymous answers', () => {
    beforeEach(async () => {
      await start();
      await link.connect();
    });
    it('identify the user after the authorisation, and show another one than before', async () => {
      link.provider.user = 'carla';
      const page = await link.connect();
      expect(page.textOf('account')).to.include('carla');
      expect(page.textOf('former')).to.include('ben');
      const status = await client().status(link.app.host.findUser('id-ana')!);
      expect(status.hints.join()).to.include('connected there as ben');
    });

    it('to a token that died there: renewed once, and asked again', async () => {
      link.provider.forgetAccess();
      expect(await (await call()).json()).to.include({ seen: 'ben' });
      expect(refreshes()).to.have.length(1);
    });

    it('first look whether another process has renewed it', async () => {
      const [grant] = await link.app.store.grants.list({}, { limit: 1, offset: 0 });
      link.provider.fail(/projects/, async (res) => {
        link.clock.advance(60 * minuteMs);
        await call('/rest/api/1.0/other');
        json(res, 200, { seen: 'nobody' });
      });
      expect(await (await call()).json()).to.include({ seen: 'ben' });
      expect(refreshes()).to.have.length(1);
      expect(grant!.revision).to.equal(0);
    });

    it('401, 403 and 404 of a token that counts are the peer’s answer: no renewal, one question', async () => {
      for (const status of [401, 403, 404]) {
        link.provider.fail(/projects/, (res) => json(res, status, {}));
        expect((await call()).status).to.equal(status);
      }
      expect(refreshes()).to.have.length(0);
      const questions = link.provider.requests('/application-properties').length;
      expect(questions, 'after the authorisation, and once more').to.equal(2);
    });

    it('a login page means nobody, too', async () => {
      link.provider.fail(/projects/, (res) => {
        link.provider.forgetAccess();
        res.writeHead(302, { location: `${link.provider.url}/login` }).end();
      });
      expect(await (await call()).json()).to.include({ seen: 'ben' });
    });

    it('to every token: says so, and keeps the grant', async () => {
      link.provider.fail(/api/, (res) => json(res, 200, {}), false);
      expect(await rejection(call()))
        .to.be.instanceOf(PeerRefused)
        .and.include({ problem: 'anonymous' });
      expect(await link.app.applinks.accounts.list({})).to.have.length(1);
      const status = await client().status(link.app.host.findUser('id-ana')!);
      expect(status.type).to.equal('OAUTH2_ANONYMOUS');
    });

    it('what was done as nobody is not done twice', async () => {
      link.provider.forgetAccess();
      expect(await rejection(call(projects, { method: 'POST', body: '{}' }))).to.include({
        problem: 'anonymous',
      });
      expect(link.provider.requests(projects)).to.have.length(1);
    });
  });

  describe('row 24: disconnecting', () => {
    beforeEach(async () => {
      await start();
      await link.connect();
    });
    it('revokes the refresh token there, without a hint', async () => {
      const [pair] = [...link.provider.pairs.values()];
      expect(await link.app.applinks.accounts.disconnect({ userId: 'id-ana' })).to.equal(1);
      const { client_id, client_secret, ...rest } = link.provider.requests('/revoke')[0]!.fields;
      expect([client_id, client_secret]).to.deep.equal([link.provider.clientId, link.provider.clientSecret]);
      expect(rest).to.deep.equal({ token: pair!.refreshToken });
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
    });
    for (const [what, remove] of [
      ['the connection', () => link.ask('DELETE', link.path)],
      ['the link', () => link.app.applinks.links.remove(link.linkId)],
    ] as const)
      it(`goes before ${what} does, for all users`, async () => {
        await link.connect('rob');
        const tokens = [...link.provider.pairs.keys()].sort();
        expect(tokens).to.have.length(2);
        await remove();
        const revoked = link.provider.requests('/revoke').map(({ fields }) => fields.token);
        expect(revoked.sort()).to.deep.equal(tokens);
        expect(link.provider.pairs.size).to.equal(0);
        expect(await link.app.applinks.accounts.list({})).to.deep.equal([]);
      });
    it('does not keep a link whose peer does not answer', async () => {
      link.provider.fail(/revoke/, (res) => void res.destroy());
      await link.app.applinks.links.remove(link.linkId);
      expect(await rejection(link.app.applinks.links.get(link.linkId))).to.include({ code: 'not_found' });
    });
    it('deletes ours even if nobody answers there', async () => {
      link.provider.fail(/revoke/, (res) => void res.destroy());
      expect(await link.app.applinks.accounts.disconnect({ linkId: link.linkId })).to.equal(1);
      expect(await link.app.applinks.accounts.list({})).to.deep.equal([]);
    });
    it('waits five seconds and no longer', async () => {
      link.provider.fail(/revoke/, () => undefined);
      const startMs = Date.now();
      await link.app.applinks.accounts.disconnect({ userId: 'id-ana' });
      expect(Date.now() - startMs).to.be.within(4500, 7000);
    });
  });

  describe('row 25: metadata', () => {
    for (const [what, metadata] of [
      ['another issuer', { issuer: 'https://evil.example' }],
      ['endpoints of another origin', { token_endpoint: 'https://evil.example/token' }],
      ['10 MB', { padding: 'x'.repeat(10_000_000) }],
    ] as const) {
      it(`with ${what} moves nothing`, async () => {
        await start();
        const { url } = link.provider;
        const endpoints = { authorization_endpoint: `${url}/a`, token_endpoint: `${url}/t` };
        link.provider.metadata = { issuer: url, ...endpoints, ...metadata };
        expect((await link.connect()).text).to.include('Your account is connected');
        expect(link.provider.requests('/rest/oauth2/latest/token')).to.have.length(1);
        const status = await client().status();
        expect(status).to.include({ working: false });
        expect(status.steps.at(-1)).to.include({ name: 'metadata', outcome: 'failed' });
      });
    }
    it('that redirects moves nothing, and is not followed', async () => {
      await start();
      link.provider.fail(/well-known/, (res) => {
        res.writeHead(302, { location: `${link.provider.url}/page` }).end();
      });
      expect((await link.connect()).text).to.include('Your account is connected');
      expect(link.provider.requests('/page')).to.deep.equal([]);
    });
    it('that is absent is normal, and is asked for once a while', async () => {
      await start();
      await link.connect();
      await link.connect();
      const asked = link.provider.received.filter(({ path }) => path.includes('/.well-known/'));
      expect(asked).to.have.length(1);
      expect(await client().status()).to.include({ type: 'WORKING' });
    });
  });

  describe('calls in our own name', () => {
    it('go with a token of the client itself, which has no refresh token and is asked for again', async () => {
      await start({ connection: { clientCredentials: true } });
      link.provider.alter = (answer) => ({ ...answer, refresh_token: undefined });
      const own = async () => (await client().asApplication()(projects)).json();
      expect(await own()).to.include({ seen: 'service' });
      expect(await own()).to.include({ seen: 'service' });
      expect(link.provider.requests('/token')).to.have.length(1);
      expect(link.provider.requests('/token')[0]!.fields).to.include({ scope: 'REPO_READ' });
      link.clock.advance(60 * minuteMs);
      expect(await own()).to.include({ seen: 'service' });
      expect(link.provider.requests('/token')).to.have.length(2);
      expect(await link.app.applinks.accounts.list({})).to.have.length(1);
    });

    it('are renewed when the peer forgets the token', async () => {
      await start({ connection: { clientCredentials: true }, preset: 'jira', scopes: ['READ'] });
      const own = async () => (await client().asApplication()('/rest/api/2/myself')).json();
      expect(await own()).to.include({ seen: 'service' });
      link.provider.forgetAccess();
      link.clock.advance(2 * minuteMs);
      expect(await own()).to.include({ seen: 'service' });
    });

    it('row 19: without a token yet, one request at a time, and none while nothing has changed', async () => {
      await start({ connection: { clientCredentials: true } });
      const own = async () => (await client().asApplication()(projects)).json();
      const asked = () => link.provider.requests('/token').length;
      const { clientSecret } = link.provider;
      link.provider.clientSecret = 'reset';
      const refused = await Promise.all([rejection(own()), rejection(own())]);
      for (const error of [...refused, await rejection(own())])
        expect(error).to.include({ problem: 'invalid_client' });
      link.clock.advance(60 * minuteMs);
      await rejection(own());
      expect(asked()).to.equal(1);
      link.provider.clientSecret = `${clientSecret}2`;
      await link.ask('PUT', link.path, { clientSecret: `${clientSecret}2` });
      link.provider.fail(/token$/, (res) => json(res, 503, {}));
      await rejection(own());
      await rejection(own());
      expect(asked()).to.equal(2);
      link.clock.advance(2000);
      for (const answer of await Promise.all([own(), own(), own()]))
        expect(answer).to.include({ seen: 'service' });
      expect(asked()).to.equal(3);
    });

    it('in the name of a named user do not exist in OAuth 2.0', async () => {
      await start({ connection: { clientCredentials: true } });
      const named = client().asApplication({ requestor: 'ben' })(projects);
      expect(await rejection(named)).to.have.property('code', 'not_connectable');
    });
  });

  describe('row 26: addresses', () => {
    it('by http are for loopback in development only', async () => {
      await start();
      await link.app.applinks.links.update(link.linkId, { rpcUrl: 'http://bb.example.test/bitbucket' });
      const page = await link.connect();
      expect(page.status).to.equal(409);
      expect(page.text).to.include('tokens go over https only');
      expect(await rejection(call())).to.have.property('code', 'not_connectable');
    });

    it('of our own network are refused when they are called, whatever was entered', async () => {
      await start();
      await link.connect();
      await link.app.applinks.links.update(link.linkId, { rpcUrl: 'https://169.254.169.254/bitbucket' });
      const tokenUrl = 'https://169.254.169.254/latest/token';
      const authorizeUrl = `${link.provider.url}/rest/oauth2/latest/authorize`;
      await link.ask('PUT', link.path, { preset: 'custom', authorizeUrl, tokenUrl });
      const page = await link.connect();
      expect(page.status).to.equal(502);
      expect(page.text).to.include('169.254.169.254 is not called');
      expect(link.provider.requests('/token'), 'from the time before').to.have.length(1);
    });
  });

  it('row 27: no token, secret or verifier reaches the store in plain sight', async () => {
    const watched = watchedStore(memoryStore());
    await start({ store: watched.store });
    await link.connect();
    link.clock.advance(60 * minuteMs);
    await call();
    const given = watched.given();
    const verifier = link.provider.requests('/token')[0]!.fields.code_verifier ?? '';
    const [pair] = [...link.provider.pairs.values()];
    const state = link.provider.requests('/authorize')[0]!.query.get('state') ?? '';
    const secrets = [link.provider.clientSecret, verifier, state, pair!.accessToken, pair!.refreshToken];
    for (const secret of secrets) {
      expect(secret).to.have.length.above(30);
      expect(given).not.to.include(secret);
    }
  });
});
