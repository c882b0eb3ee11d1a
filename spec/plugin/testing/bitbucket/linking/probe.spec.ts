import { expect } from 'chai';
import {
  createLink,
  json,
  manifestPath,
  manifestXml,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';
import type { Reply } from '../scripted-provider.js';

const form = '/rest/applinks/3.0/applicationlinkForm/manifest';
const noCheck = { 'X-Atlassian-Token': 'no-check' };

describe('c2: the wizard’s probe of a URL', () => {
  let pair: RemotePair;
  beforeEach(async () => (pair = await remotePair()));
  afterEach(() => pair.stop());

  const probe = (url: string) =>
    pair.rest('GET', `${form}.json?${new URLSearchParams({ url }).toString()}`, { headers: noCheck });

  it('asks for version 1.0 of the manifest only, anonymously, and shows it', async () => {
    const { status, body } = await probe(`${pair.remote.url}/`);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ typeId: 'generic', name: 'Our CI', url: pair.remote.url });
    expect(pair.asked()).to.deep.equal([`GET ${manifestPath}`]);
    expect(pair.remote.received[0]?.headers.authorization).to.equal(undefined);
    expect(pair.standIn.exchanges[0]?.request.timeoutMs).to.equal(10_000);
  });

  it('keeps the path of the URL', async () => {
    pair.remote.replies[`/ci${manifestPath}`] = xml(manifestXml(`${pair.remote.url}/ci`));
    expect((await probe(`${pair.remote.url}/ci`)).body).to.deep.include({ name: 'Our CI' });
  });

  it('reads a manifest in JSON', async () => {
    pair.remote.replies[manifestPath] = json({
      id: '680a4e42-d268-36bc-9728-7b01427756c2',
      typeId: 'generic',
      name: 'J',
    });
    expect((await probe(pair.remote.url)).body).to.deep.include({ name: 'J', typeId: 'generic' });
  });

  const warnings: Record<string, [Reply, object]> = {
    'a redirect': [
      { status: 302, headers: { Location: 'https://new.example/ci/rest/applinks/1.0/manifest' } },
      { code: 'applinks.warning.redirected.host', params: { redirectedUrl: 'https://new.example/ci/' } },
    ],
  };
  for (const [name, [reply, expected]] of Object.entries(warnings)) {
    it(`warns of ${name} and does not follow it`, async () => {
      pair.remote.replies[manifestPath] = reply;
      const { status, body } = await probe(pair.remote.url);
      expect(status).to.equal(200);
      expect(body).to.deep.include(expected);
      expect(pair.asked()).to.have.length(1);
    });
  }

  it('warns of a host that does not answer', async () => {
    const { url } = pair.remote;
    await pair.remote.stop();
    const { status, body } = await probe(url);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ code: 'applinks.warning.unknown.host' });
  });

  const nothing: Record<string, (url: string) => Reply> = {
    'a redirect without a target': () => ({ status: 302 }),
    '404': () => ({ status: 404 }),
    '401': () => ({ status: 401 }),
    '500': () => ({ status: 500 }),
    '201 with a manifest': (url) => xml(manifestXml(url), 201),
    '204': () => ({ status: 204 }),
    'broken XML': (url) => xml(manifestXml(url).slice(0, -5)),
    'a login page': () => ({ headers: { 'Content-Type': 'text/html' }, body: '<html></html>' }),
  };
  for (const [name, reply] of Object.entries(nothing)) {
    it(`knows nothing after ${name}`, async () => {
      pair.remote.replies[manifestPath] = reply(pair.remote.url);
      const { status, body } = await probe(pair.remote.url);
      expect([status, body]).to.deep.equal([200, {}]);
    });
  }

  const refusals: Record<string, [url: string, says: string]> = {
    'no URL': [' ', 'Enter the URL'],
    'no URL at all': ['our ci', 'not a valid'],
    'another scheme': ['file:///etc/passwd', 'not a valid'],
    'a swallowed slash': ['http:/ci.example', 'lacks a slash'],
    'an unknown host': ['http://no-such-host.invalid', 'unknown'],
  };
  for (const [name, [url, says]] of Object.entries(refusals)) {
    it(`answers 400 to ${name} and asks nobody`, async () => {
      const { status, body } = await probe(url);
      expect(status).to.equal(400);
      expect((body as { message: string[] }).message[0]).to.include(says);
      expect(pair.asked()).to.deep.equal([]);
    });
  }

  const manifests: Record<string, [Record<string, string>, number]> = {
    'an unknown type': [{ typeId: 'gitea' }, 400],
    'no type': [{ typeId: '' }, 500],
    'no id': [{ id: '' }, 500],
  };
  for (const [name, [fields, expected]] of Object.entries(manifests)) {
    it(`answers ${expected} to a manifest with ${name}`, async () => {
      pair.remote.replies[manifestPath] = xml(manifestXml(pair.remote.url, fields));
      expect((await probe(pair.remote.url)).status).to.equal(expected);
    });
  }

  it('answers 409 to its own id', async () => {
    pair.remote.replies[manifestPath] = xml(manifestXml(pair.remote.url, { id: pair.standIn.serverId }));
    const { status, text } = await probe(pair.remote.url);
    expect(status).to.equal(409);
    expect(text).to.include('itself');
  });

  it('answers 409 to a URL that is linked already, and asks nobody', async () => {
    await createLink(pair);
    expect((await probe(pair.remote.url)).status).to.equal(409);
    expect(pair.asked()).to.deep.equal([]);
  });

  it('answers 409 to an application that is linked under another URL', async () => {
    await createLink(pair, {
      id: '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3',
      typeId: 'bamboo',
      rpcUrl: 'http://elsewhere.example',
    });
    const { status, text } = await probe(pair.remote.url);
    expect(status).to.equal(409);
    expect(text).to.include('http://elsewhere.example');
  });

  it('answers 403 to a blocked address once that is switched on, and asks nobody', async () => {
    pair.standIn.linking.switches.allowAllHosts = false;
    expect((await probe(pair.remote.url)).status).to.equal(403);
    expect(pair.asked()).to.deep.equal([]);
    const created = await pair.rest('PUT', '/rest/applinks/3.0/applicationlink', {
      json: { name: 'CI', typeId: 'generic', rpcUrl: pair.remote.url },
    });
    expect(created.status, 'the REST resource has no such check').to.equal(201);
  });

  it('wants no-check although it is a GET', async () => {
    const answer = await pair.rest('GET', `${form}?url=${encodeURIComponent(pair.remote.url)}`);
    expect(answer.status).to.equal(403);
    expect(pair.asked()).to.deep.equal([]);
  });
});
