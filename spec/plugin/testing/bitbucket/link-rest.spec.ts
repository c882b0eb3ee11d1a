import { expect } from 'chai';
import { bitbucketStandIn, enterLink, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { threeLeggedProvider } from '../../../../plugin/testing/bitbucket/oauth-urls.js';
import { admin, manual } from './linked-pair.js';

interface RestAnswer {
  status: number;
  body: Record<string, unknown>;
}

const generic = {
  name: 'Our CI',
  rpcUrl: 'https://ci.example.test',
  displayUrl: 'https://ci.example.test',
  typeId: 'generic',
};
const ciId = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
const links = '/rest/applinks/3.0/applicationlink';
const consumers = `/rest/applinks-oauth/1.0/applicationlink/${ciId}/authentication/consumer`;

describe('c3: REST calls by which a link is entered', () => {
  let standIn: BitbucketStandIn;

  beforeEach(async () => {
    standIn = bitbucketStandIn();
    await standIn.start();
  });
  afterEach(() => standIn.stop());

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    login = 'admin:sysadmin',
  ): Promise<RestAnswer> => {
    const answer = await fetch(path.startsWith('http') ? path : standIn.url + path, {
      method,
      headers: {
        ...(login && { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
        'Content-Type': 'application/json',
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(answer.headers.get('content-type')).to.include('application/json');
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const hrefOf = ({ body }: RestAnswer): string => (body['resources-created'] as { href: string }[])[0]!.href;

  describe('create', () => {
    it('answers 201 with a status entity that names the link', async () => {
      const answer = await call('PUT', links, generic);
      expect(answer).to.deep.equal({
        status: 201,
        body: {
          'status-code': 201,
          'resources-created': [{ href: `${standIn.url}${links}/${ciId}`, rel: 'self' }],
        },
      });
    });

    it('derives the id of a generic link from its URL, whatever id is sent', async () => {
      await call('PUT', links, { ...generic, id: '00000000-0000-3000-8000-000000000000' });
      expect(standIn.link(ciId)?.name).to.equal('Our CI');
    });

    it('takes the id that is sent for another type, or derives one', async () => {
      const id = '00000000-0000-3000-8000-000000000000';
      expect(hrefOf(await call('PUT', links, { ...generic, typeId: 'jira', id }))).to.match(
        new RegExp(`/${id}$`),
      );
      const other = { ...generic, typeId: 'jira', rpcUrl: 'http://localhost:3000' };
      expect(hrefOf(await call('PUT', links, other))).to.match(/\/87a70ce4-6ea0-3de7-828d-d1e4da31904c$/);
    });

    it('cuts trailing slashes and copies the one URL that is given to the other', async () => {
      await call('PUT', links, { name: 'Our CI', displayUrl: 'https://ci.example.test/', typeId: 'generic' });
      expect(standIn.link(ciId)).to.include({
        rpcUrl: 'https://ci.example.test',
        displayUrl: 'https://ci.example.test',
      });
    });

    it('keeps two different URLs apart', async () => {
      await call('PUT', links, { ...generic, displayUrl: 'https://www.example.test' });
      expect(standIn.link(ciId)?.displayUrl).to.equal('https://www.example.test');
    });

    it('is served under 2.0 and latest too, but not under 1.0', async () => {
      const under = async (version: string, rpcUrl: string): Promise<number> =>
        (
          await fetch(`${standIn.url}/rest/applinks/${version}/applicationlink`, {
            method: 'PUT',
            headers: { Authorization: `Basic ${Buffer.from('admin:sysadmin').toString('base64')}` },
            body: JSON.stringify({ ...generic, rpcUrl }),
          })
        ).status;
      expect(await under('2.0', 'http://a')).to.equal(201);
      expect(await under('latest', 'http://b')).to.equal(201);
      expect(await under('1.0', 'http://c')).to.equal(404);
    });

    const invalid: [name: string, body: unknown, message: string][] = [
      ['an unknown type', { ...generic, typeId: 'bitbucket' }, 'unknown'],
      ['no type', { ...generic, typeId: undefined }, 'unknown'],
      ['no name', { ...generic, name: '' }, 'name'],
      ['no URL', { name: 'Our CI', typeId: 'generic' }, 'http or https'],
      ['a URL that is not http', { ...generic, rpcUrl: 'ftp://ci.example.test' }, 'http or https'],
      ['a URL that is none', { ...generic, displayUrl: 'ci.example.test' }, 'http or https'],
      ['malformed JSON', '{', 'not a JSON object'],
      ['a JSON array', [], 'not a JSON object'],
    ];
    for (const [name, body, message] of invalid) {
      it(`answers 400 to ${name}`, async () => {
        const answer = await call('PUT', links, body);
        expect(answer.status).to.equal(400);
        expect(answer.body.message).to.include(message);
      });
    }

    it('answers 400 to a URL that is linked already', async () => {
      await call('PUT', links, generic);
      const answer = await call('PUT', links, {
        ...generic,
        name: 'Again',
        rpcUrl: 'https://ci.example.test/',
      });
      expect(answer.status).to.equal(400);
      expect(answer.body['status-code']).to.equal(400);
      expect(answer.body.message).to.include('exists already');
    });
  });

  describe('show, list and delete', () => {
    let href: string;

    beforeEach(async () => {
      href = hrefOf(await call('PUT', links, generic));
    });

    it('shows the link with its id', async () => {
      const answer = await call('GET', href);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include({ id: ciId, ...generic });
    });

    it('answers an unknown id with a server error and a malformed one with an error', async () => {
      expect((await call('GET', `${links}/87a70ce4-6ea0-3de7-828d-d1e4da31904c`)).status).to.equal(500);
      expect((await call('GET', `${links}/nonsense`)).status).to.equal(400);
    });

    it('lists the links', async () => {
      const { body } = await call('GET', '/rest/applinks/1.0/applicationlink');
      expect((body.applicationLinks as { id: string }[]).map(({ id }) => id)).to.deep.equal([ciId]);
    });

    it('deletes the link with its tokens', async () => {
      standIn.setToken(ciId, 'ana', { kind: 'access', token: 't', secret: 's', sessionHandle: undefined });
      const answer = await call('DELETE', href);
      expect(answer.status).to.equal(200);
      expect(answer.body.message).to.be.a('string');
      expect(standIn.link(ciId)).to.equal(undefined);
      expect(standIn.token(ciId, 'ana')).to.equal(undefined);
      expect((await call('DELETE', href)).status).to.equal(404);
    });
  });

  describe('provider', () => {
    const config = { 'consumerKey.outbound': 'ci-key', 'serviceProvider.requestTokenUrl': '/rt' };
    let href: string;

    beforeEach(async () => {
      href = `${hrefOf(await call('PUT', links, generic))}/authentication/provider`;
    });

    it('answers 201 and is listed', async () => {
      expect((await call('PUT', href, { provider: threeLeggedProvider, config })).status).to.equal(201);
      const { body } = await call('GET', href);
      expect((body.authenticationProviders as object[])[0]).to.include({ provider: threeLeggedProvider });
    });

    it('replaces the configuration that was there', async () => {
      await call('PUT', href, { provider: threeLeggedProvider, config });
      await call('PUT', href, { provider: threeLeggedProvider, config: {} });
      expect(standIn.link(ciId)?.providers.get(threeLeggedProvider)).to.deep.equal({});
    });

    const invalid: [name: string, body: unknown][] = [
      ['an unknown class', { provider: 'com.example.Own', config }],
      ['a configuration of other than strings', { provider: threeLeggedProvider, config: { a: 1 } }],
      ['malformed JSON', 'x'],
    ];
    for (const [name, body] of invalid) {
      it(`answers 400 to ${name}`, async () => {
        expect((await call('PUT', href, body)).status).to.equal(400);
        expect(standIn.link(ciId)?.providers.size).to.equal(0);
      });
    }

    it('answers 404 for an unknown link', async () => {
      const unknown = `${links}/87a70ce4-6ea0-3de7-828d-d1e4da31904c/authentication/provider`;
      expect((await call('PUT', unknown, { provider: threeLeggedProvider, config })).status).to.equal(404);
      expect((await call('GET', unknown)).status).to.equal(404);
    });
  });

  describe('consumer', () => {
    const outgoing = {
      key: 'ci-key',
      name: 'Our CI',
      sharedSecret: 'top-secret',
      outgoing: true,
      twoLOAllowed: true,
    };

    it('stores key and secret, and never returns the secret', async () => {
      await call('PUT', links, generic);
      expect((await call('PUT', consumers, outgoing)).status).to.equal(201);
      expect(standIn.link(ciId)?.consumer).to.deep.equal({
        key: 'ci-key',
        name: 'Our CI',
        sharedSecret: 'top-secret',
      });
      const { body } = await call('GET', consumers);
      expect(body.consumers).to.deep.equal([
        { key: 'ci-key', name: 'Our CI', signatureMethod: 'HMAC_SHA1', outgoing: true },
      ]);
      expect(JSON.stringify(body)).not.to.include('top-secret');
    });

    for (const field of ['key', 'name', 'sharedSecret'] as const) {
      it(`answers 400 without ${field}`, async () => {
        await call('PUT', links, generic);
        expect((await call('PUT', consumers, { ...outgoing, [field]: undefined })).status).to.equal(400);
        expect(standIn.link(ciId)?.consumer).to.equal(undefined);
      });
    }

    it('answers 400 to an incoming consumer and to a link that is not generic', async () => {
      await call('PUT', links, { ...generic, typeId: 'jira', id: ciId });
      expect((await call('PUT', consumers, outgoing)).status).to.equal(400);
      await call('DELETE', `${links}/${ciId}`);
      await call('PUT', links, generic);
      expect((await call('PUT', consumers, { ...outgoing, outgoing: false })).status).to.equal(400);
      expect((await call('PUT', consumers, '{')).status).to.equal(400);
    });

    it('answers 404 for an unknown link, and when a link has none', async () => {
      expect((await call('PUT', consumers, outgoing)).status).to.equal(404);
      await call('PUT', links, generic);
      expect((await call('GET', consumers)).status).to.equal(404);
    });
  });

  describe('permission', () => {
    const calls: [method: string, path: string][] = [
      ['GET', links],
      ['PUT', links],
      ['GET', `${links}/${ciId}`],
      ['DELETE', `${links}/${ciId}`],
      ['GET', `${links}/${ciId}/authentication/provider`],
      ['PUT', `${links}/${ciId}/authentication/provider`],
      ['GET', consumers],
      ['PUT', consumers],
    ];
    const callers: [who: string, login: string][] = [
      ['nobody', ''],
      ['a user who is no administrator', 'ana:ana'],
      ['a wrong password', 'admin:wrong'],
      ['an unknown user', 'eve:sysadmin'],
      ['a login without a colon', 'admin'],
    ];
    for (const [who, login] of callers) {
      it(`answers every call of ${who} with 401 and does nothing`, async () => {
        await call('PUT', links, generic);
        for (const [method, path] of calls) {
          const body = method === 'PUT' ? { ...generic, rpcUrl: 'http://other' } : undefined;
          expect((await call(method, path, body, login)).status, `${method} ${path}`).to.equal(401);
        }
        expect((await call('GET', links)).body.applicationLinks).to.have.lengthOf(1);
      });
    }
  });
});

describe('enterLink', () => {
  let standIn: BitbucketStandIn;

  beforeEach(async () => {
    standIn = bitbucketStandIn({ contextPath: '/bitbucket' });
    await standIn.start();
  });
  afterEach(() => standIn.stop());

  const wanted = { name: 'Our CI', url: 'https://ci.example.test', manual };

  it('makes the four calls and removes the link by the fifth', async () => {
    const link = await enterLink(standIn.url, admin, wanted);
    expect(link.id).to.equal(ciId);
    expect(link.href).to.equal(`${standIn.url}${links}/${ciId}`);
    expect(standIn.link(ciId)?.consumer?.key).to.equal('ci-key');
    expect(standIn.link(ciId)?.providers.get(threeLeggedProvider)).to.include({
      'consumerKey.outbound': 'ci-key',
    });
    await link.remove();
    expect(standIn.link(ciId)).to.equal(undefined);
  });

  it('leaves nothing behind when a call fails', async () => {
    let message = '';
    const incomplete = { ...wanted, manual: { ...manual, sharedSecret: '' } };
    await enterLink(standIn.url, admin, incomplete).catch((error: unknown) => (message = String(error)));
    expect(message).to.match(/^Error: PUT .*\/authentication\/consumer was answered 400: .*shared secret/);
    expect(standIn.link(ciId)).to.equal(undefined);
  });

  it('tells which call was refused, and not the password', async () => {
    let message = '';
    const stranger = { name: 'ana', password: 'very-secret' };
    await enterLink(standIn.url, stranger, wanted).catch((error: unknown) => (message = String(error)));
    expect(message).to.include('applicationlink was answered 401').and.not.include('very-secret');
  });
});
