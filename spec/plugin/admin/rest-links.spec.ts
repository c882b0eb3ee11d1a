/** Links as JSON: what is told and what never is, and that every rule of the service holds here too. */
import { expect } from 'chai';
import { errorOf, fieldsOf, startRestApp, type Reply, type RestApp } from './rest-app.js';
import { grantedToken } from './kit-services.js';

interface CredentialJson {
  id: string;
  key: string;
  [field: string]: unknown;
}

interface SavedJson {
  link: { id: string; name: string; incoming: CredentialJson[]; [field: string]: unknown };
  secrets: Record<string, string>;
  warnings: string[];
}

const hmac = { key: 'bb', signatureMethod: 'HMAC-SHA1' };
const as = 'admin';

describe('Links as JSON', () => {
  let app: RestApp;
  beforeEach(async () => {
    app = await startRestApp();
  });
  afterEach(() => app.close());

  const saved = ({ json }: Reply): SavedJson => json as SavedJson;
  const create = async (json: object): Promise<SavedJson> => {
    const reply = await app.call('POST', '/links', { as, json });
    expect(reply.status, reply.text).to.equal(201);
    return saved(reply);
  };
  const pathOf = ({ link }: SavedJson, rest = ''): string => `/links/${link.id}${rest}`;
  const consumerPath = (made: SavedJson, rest = ''): string =>
    pathOf(made, `/credentials/${made.link.incoming[0]?.id ?? ''}${rest}`);

  it('begin empty', async () => {
    expect((await app.call('GET', '/links', { as })).json).to.deep.equal({ links: [] });
  });

  it('are made with everything that can be said, and read back the same', async () => {
    const reply = await app.call('POST', '/links', {
      as,
      json: {
        name: 'Bitbucket',
        type: 'stash',
        displayUrl: 'https://bb.example.test/',
        rpcUrl: 'https://bb.internal:7990',
        credential: {
          ...hmac,
          callbackUrl: 'https://bb.example.test/access?x=1',
          scopes: ['build'],
          requestTokenLifetimeMs: 120_000,
          accessTokenLifetimeMs: 86_400_000,
          idleTimeoutMs: 3_600_000,
        },
      },
    });
    expect(reply.status).to.equal(201);
    const { link, secrets, warnings } = saved(reply);
    const [consumer] = link.incoming;
    expect(reply.headers.get('location')).to.equal(`/ci/applinks/rest/links/${link.id}`);
    expect(warnings).to.deep.equal([]);
    expect(secrets).to.have.all.keys(consumer!.id);
    expect(link).to.have.all.keys(
      ...['id', 'name', 'type', 'version', 'rpcUrl', 'displayUrl', 'primary', 'state'],
      ...['createdAtMs', 'updatedAtMs', 'clients', 'incoming', 'outgoing', 'levels', 'direction'],
      ...['applicationId', 'remoteLinkId', 'serviceUserId'],
    );
    expect(link).to.include({
      name: 'Bitbucket',
      type: 'stash',
      displayUrl: 'https://bb.example.test',
      rpcUrl: 'https://bb.internal:7990',
      state: 'active',
    });
    expect(consumer).to.deep.include({
      key: 'bb',
      signatureMethod: 'HMAC-SHA1',
      callbackUrl: 'https://bb.example.test/access?x=1',
      allowInsecureMissingCallback: false,
      scopes: ['build'],
      requestTokenLifetimeMs: 120_000,
      accessTokenLifetimeMs: 86_400_000,
      idleTimeoutMs: 3_600_000,
    });
    const [read, listed] = [
      await app.call('GET', `/links/${link.id}`, { as }),
      await app.call('GET', '/links', { as }),
    ];
    expect(read.json).to.deep.equal({ link });
    expect(listed.json).to.deep.equal({ links: [link] });
    expect(app.events).to.deep.equal([{ name: 'link.created', event: { linkId: link.id, by: 'id-admin' } }]);
  });

  it('say what to type into Bitbucket’s form, with paths relative to the host that include the context path', async () => {
    const { link } = await create({ name: 'Bitbucket', credential: hmac });
    expect(link.incoming[0]?.bitbucketForm).to.deep.equal({
      'Application URL': `${app.origin}/ci`,
      'Application Name': 'Sample CI',
      'Application Type': 'Generic Application',
      'Service Provider Name': 'Sample CI',
      'Consumer Key': 'bb',
      'Request Token URL': '/ci/plugins/servlet/oauth/request-token',
      'Access Token URL': '/ci/plugins/servlet/oauth/access-token',
      'Authorize URL': '/ci/plugins/servlet/oauth/authorize',
    });
  });

  it('complain of every field at once, in words for people', async () => {
    const json = {
      name: ' ',
      displayUrl: 'javascript:alert(1)',
      credential: { key: '', signatureMethod: 'x' },
    };
    const reply = await app.call('POST', '/links', { as, json });
    expect(errorOf(reply)).to.equal('400 invalid_input');
    expect(fieldsOf(reply)).to.deep.equal({
      name: ['Enter a name.'],
      displayUrl: ['Enter an http or https URL with a host, without fragment, user name or password.'],
      'credential.key': ['Enter a consumer key.'],
      'credential.signatureMethod': ['Choose a signature method.'],
    });
    expect((await app.call('GET', '/links', { as })).json).to.deep.equal({ links: [] });
  });

  it('are made once when a request is sent twice', async () => {
    const request = { as, json: { name: 'Bitbucket', credential: hmac } } as const;
    const replies = await Promise.all([
      app.call('POST', '/links', request),
      app.call('POST', '/links', request),
    ]);
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([201, 400]);
    const refused = replies.find(({ status }) => status === 400)!;
    expect(fieldsOf(refused)).to.have.all.keys('credential.key');
    expect(await app.store.links.list()).to.have.length(1);
  });

  it('change what is mentioned, and nothing else', async () => {
    const made = await create({ name: 'Bitbucket', displayUrl: 'https://bb.example.test', credential: hmac });
    const reply = await app.call('PUT', pathOf(made), { as, json: { name: 'West' } });
    expect(reply.status).to.equal(200);
    expect(saved(reply).link).to.deep.include({
      name: 'West',
      displayUrl: 'https://bb.example.test',
      incoming: made.link.incoming,
    });
    expect(saved(reply).secrets).to.deep.equal({});
  });

  it('do not let ids, levels or sealed values be set', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    for (const field of ['id', 'levels', 'incoming', 'revision', 'state']) {
      const reply = await app.call('PUT', pathOf(made), { as, json: { [field]: 'x' } });
      expect(fieldsOf(reply), field).to.deep.equal({ input: [`Unknown field ${field}.`] });
    }
    for (const field of ['id', 'sealedSecret', 'kind', 'signatureMethod']) {
      const reply = await app.call('PUT', consumerPath(made), { as, json: { [field]: 'x' } });
      expect(fieldsOf(reply), field).to.deep.equal({ input: [`Unknown field ${field}.`] });
    }
  });

  it('are deleted with everything that came of them', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const token = await grantedToken(app.store, (await app.store.links.get(made.link.id))!, 'id-ana');
    const removed = await app.call('DELETE', pathOf(made), { as });
    expect([removed.status, removed.text]).to.deep.equal([204, '']);
    expect(await app.store.accessTokens.get(token.digest)).to.equal(undefined);
    expect(errorOf(await app.call('GET', pathOf(made), { as }))).to.equal('404 not_found');
    expect(errorOf(await app.call('DELETE', pathOf(made), { as }))).to.equal('404 not_found');
    const [, , revoked] = app.events;
    expect(revoked).to.deep.include({ name: 'access_token.revoked' });
    expect(revoked?.event).to.include({ tokenId: token.id, by: 'id-admin' });
  });

  it('answer for what is not there', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const other = await create({ name: 'Jira', credential: { ...hmac, key: 'jira' } });
    const foreign = `/credentials/${other.link.incoming[0]!.id}`;
    const calls: [string, string, object?][] = [
      ['GET', '/links/none'],
      ['PUT', '/links/none', { name: 'x' }],
      ['POST', '/links/none/credentials', { ...hmac, key: 'x' }],
      ['PUT', pathOf(made, '/credentials/none'), {}],
      ['DELETE', pathOf(made, '/credentials/none')],
      ['PUT', pathOf(made, foreign), { key: 'stolen' }],
      ['POST', pathOf(made, `${foreign}/secret`), {}],
      ['DELETE', pathOf(made, foreign)],
      ['GET', `/links/${encodeURIComponent('<script>alert(1)</script>')}`],
    ];
    for (const [method, path, json] of calls) {
      const reply = await app.call(method, path, { as, json });
      expect(errorOf(reply), `${method} ${path}`).to.equal('404 not_found');
      expect(reply.text).not.to.include('<script>');
    }
    expect((await app.store.links.get(other.link.id))!.incoming[0]!.key).to.equal('jira');
  });
});
