/** Consumers as JSON: secrets told once, keys that stay, and a second consumer beside the first. */
import { expect } from 'chai';
import { fieldsOf, startRestApp, type Reply, type RestApp } from './rest-app.js';
import { grantedToken, pemOf } from './kit-services.js';

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

describe('Consumers as JSON', () => {
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

  it('tell a secret in the answer that made it and nowhere else, and never what it is sealed in', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const [secret] = Object.values(made.secrets);
    expect(secret).to.match(/^[\w-]{43}$/);
    const others = [
      await app.call('GET', '/links', { as }),
      await app.call('GET', pathOf(made), { as }),
      await app.call('PUT', pathOf(made), { as, json: { name: 'West' } }),
      await app.call('PUT', consumerPath(made), { as, json: { scopes: [] } }),
      await app.call('POST', pathOf(made, '/credentials'), { as, json: { ...hmac, key: 'other' } }),
    ];
    const stored = (await app.store.links.get(made.link.id))!.incoming[0]!;
    const sealed = stored.kind === 'oauth1-hmac' ? stored.sealedSecret : '';
    expect(sealed).to.match(/^v1\./);
    for (const { status, text } of others) {
      expect(status).to.be.oneOf([200, 201]);
      expect(text).not.to.include(secret).and.not.to.include(sealed).and.not.to.include('ealed');
    }
  });

  it('take a public key, and tell its fingerprint and a warning', async () => {
    const publicKey = pemOf(1024);
    const rsa = { key: 'rsa', signatureMethod: 'RSA-SHA1', publicKey };
    const { link, secrets, warnings } = await create({ name: 'Jira', credential: rsa });
    expect(secrets).to.deep.equal({});
    expect(warnings).to.have.length(1);
    expect(link.incoming[0]).to.include({ publicKey: publicKey.replace(/-----[A-Z ]+-----|\s/g, '') });
    expect(link.incoming[0]?.publicKeyFingerprint).to.match(/^(?:[\da-f]{2}:){31}[\da-f]{2}$/i);
  });

  it('do not repeat a secret that was refused', async () => {
    const credential = { ...hmac, secret: 'my\nvery-own-secret' };
    const reply = await app.call('POST', '/links', { as, json: { name: 'Bitbucket', credential } });
    expect(fieldsOf(reply)).to.deep.equal({ 'credential.secret': ['Use printable characters only.'] });
    expect(reply.text).not.to.include('very-own-secret');
  });

  it('keep the key of a consumer when it is saved with it (J A4)', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const json = { key: 'bb', callbackUrl: 'https://bb.example.test/access' };
    const reply = await app.call('PUT', consumerPath(made), { as, json });
    expect(reply.status, reply.text).to.equal(200);
    expect(saved(reply).link.incoming[0]).to.include(json);
  });

  it('get another secret, given or made', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const replace = (json: object): Promise<Reply> =>
      app.call('POST', consumerPath(made, '/secret'), { as, json });
    const id = made.link.incoming[0]!.id;
    const [fresh, given] = [await replace({}), await replace({ secret: 'chosen over there' })];
    expect(saved(fresh).secrets[id]).to.match(/^[\w-]{43}$/);
    expect(saved(fresh).secrets[id]).not.to.equal(made.secrets[id]);
    expect(saved(given).secrets).to.deep.equal({ [id]: 'chosen over there' });
    for (const secret of ['', '  ', 5, null]) {
      expect(fieldsOf(await replace({ secret })), String(secret)).to.have.all.keys('secret');
    }
    expect(fieldsOf(await replace({ sceret: 'x' }))).to.deep.equal({ input: ['Unknown field sceret.'] });
  });

  it('hold a second consumer, which goes with its tokens', async () => {
    const made = await create({ name: 'Bitbucket', credential: hmac });
    const json = { key: 'second', signatureMethod: 'HMAC-SHA256' };
    const reply = await app.call('POST', pathOf(made, '/credentials'), { as, json });
    expect(reply.status).to.equal(201);
    expect(reply.headers.get('location')).to.equal(`/ci/applinks/rest/links/${made.link.id}`);
    const second = saved(reply).link.incoming[1]!;
    expect(saved(reply).secrets).to.have.all.keys(second.id);
    const link = (await app.store.links.get(made.link.id))!;
    const kept = await grantedToken(app.store, link, 'id-ana');
    const gone = await grantedToken(app.store, link, 'id-ana', { at: 1 });
    const removed = await app.call('DELETE', pathOf(made, `/credentials/${second.id}`), { as });
    expect([removed.status, removed.text]).to.deep.equal([204, '']);
    expect(await app.store.accessTokens.get(gone.digest)).to.equal(undefined);
    expect(await app.store.accessTokens.get(kept.digest)).not.to.equal(undefined);
  });
});
