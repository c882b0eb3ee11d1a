import { expect } from 'chai';
import { outgoingPair, restPath, type OutgoingPair } from './outgoing-pair.js';

const endpoint = 'https://kit.example.com/oauth2/authorize';
const suffix = 'MqPjb61oXcWH3yr44stu5Q';

interface Entity {
  id: string;
  clientSecret: null;
  scopes: string[];
}
interface Errors {
  errors: string[];
  fieldErrors: Record<string, string[]>;
}

const body = {
  type: 'generic',
  name: 'Kit',
  description: 'Of ours',
  clientId: 'kit-client',
  clientSecret: 'kit-secret',
  authorizationEndpoint: endpoint,
  tokenEndpoint: 'https://kit.example.com/oauth2/token',
  scopes: ['write', 'read'],
  redirectUriSuffix: suffix,
};

describe('O1: configuration of an outgoing link', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair({ contextPath: '/bb' })));
  afterEach(() => pair.stop());

  const post = (json: unknown) => pair.rest('POST', restPath, { json });
  const created = async (changes: object = {}): Promise<Entity> => {
    const { status, body: entity, text } = await post({ ...body, ...changes });
    expect(status, text).to.equal(200);
    return entity as Entity;
  };
  const fieldsRefused = async (changes: object): Promise<string[]> => {
    const { status, body: refused } = await post({ ...body, ...changes });
    expect(status).to.equal(400);
    return Object.keys((refused as Errors).fieldErrors);
  };

  it('computes suffix and redirect URI of both test vectors', async () => {
    const tell = async (authorizationEndpoint: string) => {
      const query = new URLSearchParams({ authorizationEndpoint });
      return (await pair.rest('GET', `${restPath}/get-redirect-uri?${query.toString()}`)).body;
    };
    const callback = `${pair.standIn.url}/plugins/servlet/oauth2/client/callback`;
    expect(await tell(endpoint)).to.deep.equal({
      redirectUri: `${callback}/${suffix}`,
      redirectUriSuffix: suffix,
    });
    expect(await tell(`${endpoint}/`)).to.deep.equal({
      redirectUri: `${callback}/UYA2WCmNGJKdG437YDamMA`,
      redirectUriSuffix: 'UYA2WCmNGJKdG437YDamMA',
    });
    expect(pair.client.redirectUri(endpoint)).to.equal(`${callback}/${suffix}`);
  });

  it('stores under an id of its own and never shows the secret again', async () => {
    const entity = await created({ id: 'mine' });
    expect(entity.id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const expected = {
      ...body,
      id: entity.id,
      type: 'GENERIC',
      clientSecret: null,
      scopes: ['read', 'write'],
    };
    expect(entity).to.deep.equal(expected);
    expect((await pair.rest('GET', `${restPath}/${entity.id}`)).body).to.deep.equal(expected);
    expect((await pair.rest('GET', `${restPath}/name/Kit`)).body).to.deep.equal(expected);
    expect((await pair.rest('GET', restPath)).body)
      .to.be.an('array')
      .that.has.length(2);
    expect((await pair.rest('GET', restPath)).text).not.to.include('kit-secret');
  });

  it('drops blank and double scopes and sorts the rest by code point', async () => {
    const entity = await created({ scopes: ['b', '\u{1F600}', '', 'Z', '\uFF5E', 'b', ' ', 'a'] });
    expect(entity.scopes).to.deep.equal(['Z', 'a', 'b', '\uFF5E', '\u{1F600}']);
  });

  for (const [what, changes, field] of [
    [
      'http: in the authorization endpoint',
      { authorizationEndpoint: 'http://kit.example.com/a' },
      'authorizationEndpoint',
    ],
    ['http: in the token endpoint', { tokenEndpoint: 'http://kit.example.com/t' }, 'tokenEndpoint'],
    [
      'http: on a name that only looks like loopback',
      { tokenEndpoint: 'http://127.0.0.1.evil.example/t' },
      'tokenEndpoint',
    ],
    ['ftp: on loopback', { tokenEndpoint: 'ftp://127.0.0.1/t' }, 'tokenEndpoint'],
    ['https in capitals', { tokenEndpoint: 'HTTPS://kit.example.com/t' }, 'tokenEndpoint'],
    ['a relative endpoint', { tokenEndpoint: '/oauth2/token' }, 'tokenEndpoint'],
    [
      'an endpoint of more than 255 characters',
      { tokenEndpoint: `https://kit.example.com/${'t'.repeat(232)}` },
      'tokenEndpoint',
    ],
    ['a name of more than 255 characters', { name: 'n'.repeat(256) }, 'name'],
    ['a blank name', { name: ' ' }, 'name'],
    ['a name that is taken', { name: 'Our CI' }, 'name'],
    ['a description of more than 255 characters', { description: 'd'.repeat(256) }, 'description'],
    ['a client id of more than 255 characters', { clientId: 'c'.repeat(256) }, 'clientId'],
    ['a blank client id', { clientId: '' }, 'clientId'],
    ['a client secret of more than 255 characters', { clientSecret: 's'.repeat(256) }, 'clientSecret'],
    ['no client secret', { clientSecret: undefined }, 'clientSecret'],
    ['no scopes', { scopes: [] }, 'scopes'],
    ['blank scopes only', { scopes: ['', ' '] }, 'scopes'],
    ['an unknown provider type', { type: 'github' }, 'type'],
    ['the suffix of another endpoint', { redirectUriSuffix: 'UYA2WCmNGJKdG437YDamMA' }, 'redirectUriSuffix'],
    ['no suffix', { redirectUriSuffix: undefined }, 'redirectUriSuffix'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const fields = await fieldsRefused(changes);
      expect(fields).to.include(field);
      expect(pair.client.configs()).to.have.length(1);
    });
  }

  it('accepts exactly 255 characters, and any case of the provider type', async () => {
    await created({ type: 'Microsoft', tokenEndpoint: `https://kit.example.com/${'t'.repeat(231)}` });
    expect(pair.client.configs()[1]?.type).to.equal('microsoft');
  });

  it('accepts http: on loopback until the switch is off, endpoint and own base URL alike', async () => {
    await created({ tokenEndpoint: 'http://localhost:8080/token' });
    pair.client.switches.allowLoopbackHttp = false;
    expect((await pair.rest('GET', restPath)).status).to.equal(400);
    expect(() => pair.client.create({ ...pair.link, name: 'Strict' })).to.throw(
      /^authorizationEndpoint: .*https.*tokenEndpoint: .*https/,
    );
  });

  it('keeps the stored secret where null is put, and takes another one', async () => {
    const { id } = await created();
    const put = (changes: object) => pair.rest('PUT', `${restPath}/${id}`, { json: { ...body, ...changes } });
    const stored = () => pair.client.configs().find((config) => config.id === id);
    expect((await put({ clientSecret: null, description: 'Changed' })).status).to.equal(204);
    expect(stored()).to.include({ clientSecret: 'kit-secret', description: 'Changed' });
    expect((await put({ clientSecret: 'other' })).status).to.equal(204);
    expect(stored()?.clientSecret).to.equal('other');
    expect((await put({ name: 'Our CI' })).status).to.equal(400);
  });

  it('tells whether a name is free, its own name included', async () => {
    const isFree = async (query: string) =>
      (await pair.rest('GET', `${restPath}/is-name-unique?${query}`)).body;
    expect(await isFree('name=Our%20CI')).to.equal(false);
    expect(await isFree(`name=Our%20CI&id=${pair.id}`)).to.equal(true);
    expect(await isFree('name=Other')).to.equal(true);
  });

  it('answers 404 to an unknown id, 400 to no JSON, 401 to anybody but a system administrator, uncached', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(
        (await pair.rest(method, `${restPath}/unknown`, { json: method === 'PUT' ? body : undefined }))
          .status,
      ).to.equal(404);
    }
    expect((await pair.rest('GET', `${restPath}/name/unknown`)).status).to.equal(404);
    expect((await post([])).status).to.equal(400);
    for (const as of ['', 'ana', 'boss']) {
      const { status, body: refused } = await pair.rest('GET', restPath, { as });
      expect(status).to.equal(401);
      expect(refused).to.have.all.keys('errors', 'fieldErrors');
    }
    const answer = await fetch(pair.standIn.url + restPath);
    expect(answer.headers.get('cache-control')).to.equal('no-store, no-cache');
  });

  it('deletes', async () => {
    expect((await pair.rest('DELETE', `${restPath}/${pair.id}`)).status).to.equal(204);
    expect(pair.client.configs()).to.deep.equal([]);
  });
});
