import { expect } from 'chai';
import { linkIdFromUrl } from '../../../../../plugin/testing/bitbucket/link-id.js';
import {
  createLink,
  manifestPath,
  manifestXml,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';

const older = '/rest/applinks/2.0/applicationlink';
const newer = '/rest/applinks/3.0/applinks';

describe('c3: REST of an existing link', () => {
  let pair: RemotePair;
  let id: string;
  beforeEach(async () => {
    pair = await remotePair();
    id = await createLink(pair);
  });
  afterEach(() => pair.stop());

  it('stores a generic link under the id of its URL and tells it in the href', async () => {
    const wanted = {
      id: pair.standIn.serverId,
      name: 'Other',
      rpcUrl: 'https://other.example',
      typeId: 'generic',
    };
    const { status, body } = await pair.rest('PUT', older, { json: wanted });
    expect(status).to.equal(201);
    const [{ href }] = (body as { 'resources-created': [{ href: string }] })['resources-created'];
    expect(href).to.equal(`${pair.standIn.url}${older}/${linkIdFromUrl('https://other.example')}`);
    expect((await pair.rest('PUT', older, { json: wanted })).status).to.equal(400);
  });

  it('makes the first link of a type its primary one, and another one on demand', async () => {
    const second = await createLink(pair, { name: 'Second', rpcUrl: 'https://second.example' });
    const primary = (): boolean[] => pair.standIn.links().map(({ isPrimary }) => isPrimary);
    expect(primary()).to.deep.equal([true, false]);
    expect((await pair.rest('POST', `${older}/primary/${second}`)).status).to.equal(200);
    expect(primary()).to.deep.equal([false, true]);
    expect((await pair.rest('POST', `${older}/primary/${pair.standIn.serverId}`)).status).to.equal(404);
  });

  it('updates name and display URL, but no RPC URL, by the older resource', async () => {
    const change = (json: object) => pair.rest('POST', `${older}/${id}`, { json });
    expect((await change({ name: 'CI 2', displayUrl: 'https://ci.example/' })).status).to.equal(200);
    expect(pair.standIn.link(id)).to.deep.include({ name: 'CI 2', displayUrl: 'https://ci.example' });
    const moved = await change({ rpcUrl: 'https://moved.example' });
    expect(moved.status).to.equal(400);
    expect(moved.body).to.deep.include({ status: 400, fields: ['rpcUrl'] });
    expect((await change({ displayUrl: 'javascript:alert(1)' })).status).to.equal(400);
    await createLink(pair, { name: 'Second', rpcUrl: 'https://second.example' });
    expect((await change({ name: 'Second' })).status).to.equal(400);
    expect(pair.standIn.link(id)).to.deep.include({ name: 'CI 2', rpcUrl: pair.remote.url });
  });

  it('answers 400 to an update of an unknown link or without JSON', async () => {
    expect((await pair.rest('POST', `${older}/${pair.standIn.serverId}`, { json: {} })).status).to.equal(400);
    expect((await pair.rest('POST', `${older}/${id}`, { json: [] })).status).to.equal(400);
  });

  it('lists links with the properties and data that are asked for', async () => {
    const query = '?property=oauth.incoming.consumerkey&property=nothing&data=atlassian&data=webItems';
    const { status, body } = await pair.rest('GET', newer + query);
    expect(status).to.equal(200);
    expect(body).to.deep.equal([
      {
        ...{ id, name: 'Our CI', displayUrl: pair.remote.url, rpcUrl: pair.remote.url, type: 'generic' },
        ...{ system: false, primary: true },
        properties: { 'oauth.incoming.consumerkey': null, nothing: null },
        data: { atlassian: false, webItems: null },
      },
    ]);
    expect((await pair.rest('GET', `${newer}/${id}`)).body).to.deep.include({ id, data: {}, properties: {} });
  });

  it('changes any URL by the 3.0 resource', async () => {
    const json = {
      name: 'CI 2',
      rpcUrl: 'http://rpc.example/',
      displayUrl: 'http://show.example',
      primary: true,
    };
    expect((await pair.rest('PUT', `${newer}/${id}`, { json })).status).to.equal(200);
    expect(pair.standIn.link(id)).to.deep.include({
      ...{ name: 'CI 2', rpcUrl: 'http://rpc.example', displayUrl: 'http://show.example' },
    });
  });

  it('refuses there what another link has, and what is no URL', async () => {
    await createLink(pair, { name: 'Second', rpcUrl: 'https://second.example' });
    const change = async (json: object) => (await pair.rest('PUT', `${newer}/${id}`, { json })).status;
    expect(await change({ name: 'Second' })).to.equal(409);
    expect(await change({ rpcUrl: 'https://second.example' })).to.equal(409);
    expect(await change({ displayUrl: 'https://second.example/' })).to.equal(409);
    expect(await change({ rpcUrl: 'ftp://ci.example' })).to.equal(400);
    expect(await change({ displayUrl: 'ci.example' })).to.equal(400);
    expect(pair.standIn.link(id)).to.deep.include({ name: 'Our CI', rpcUrl: pair.remote.url });
  });

  it('tells a malformed id from an unknown one there', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const json = method === 'PUT' ? { json: {} } : {};
      expect((await pair.rest(method, `${newer}/ci`, json)).status).to.equal(400);
      const unknown = await pair.rest(method, `${newer}/${pair.standIn.serverId}`, json);
      expect(unknown.status).to.equal(404);
      expect(unknown.body).to.have.nested.property('errors[0].summary').that.includes(pair.standIn.serverId);
    }
  });

  it('lists the links of a type, and shows the primary one', async () => {
    const read = async (path: string) => pair.rest('GET', `/rest/applinks/1.0/applicationlink/${path}`);
    expect((await read('type/generic')).body).to.have.nested.property('applicationLinks[0].id', id);
    expect((await read('type/jira')).body).to.deep.equal({ applicationLinks: [] });
    expect((await read('type/gitea')).status).to.equal(400);
    expect((await read('primary/generic')).body).to.deep.include({ id, isPrimary: true });
    expect((await read('primary/jira')).status).to.equal(404);
  });

  it('shows the manifest of a link, or makes one up', async () => {
    const read = () => pair.rest('GET', `/rest/applinks/1.0/manifest/${id}`, { as: 'ana' });
    expect((await read()).body).to.deep.include({ name: 'Our CI', applinksVersion: '5.4.0' });
    pair.remote.replies[manifestPath] = { status: 404 };
    const { body } = await read();
    expect(body).to.deep.include({ name: 'Generic Application', id: linkIdFromUrl(pair.remote.url) });
    expect(body).not.to.have.property('applinksVersion');
    await pair.standIn.linking.deleteLink(id);
    expect((await read()).status).to.equal(400);
  });

  it('tells what it remembers of a built-in application, and asks a generic one nothing', async () => {
    const read = (of: string) => pair.rest('GET', `/rest/applinks/3.0/capabilities/remote/${of}`);
    expect((await read(id)).body).to.deep.equal({ capabilities: [] });
    expect(pair.asked()).to.deep.equal([]);
    pair.remote.replies['/rest/applinks/latest/capabilities'] = { body: '["STATUS_API"]' };
    const other = await createLink(pair, {
      name: 'B',
      typeId: 'bamboo',
      rpcUrl: `${pair.remote.url}/`,
    }).catch(String);
    expect(other).to.include('400');
    await pair.standIn.linking.deleteLink(id);
    const builtIn = await createLink(pair, { typeId: 'bamboo' });
    expect((await read(builtIn)).body).to.deep.equal({
      applicationVersion: { versionString: '1.0.0' },
      applinksVersion: { versionString: '5.4.0' },
      capabilities: ['STATUS_API'],
    });
    expect((await read('x')).status).to.equal(400);
    expect((await read(pair.standIn.serverId)).status).to.equal(404);
  });

  describe('relocation', () => {
    const to = (newUrl: string, more = '') =>
      pair.rest(
        'POST',
        `/rest/applinks/1.0/relocateApplicationlink/${id}?newUrl=${encodeURIComponent(newUrl)}${more}`,
      );

    it('asks the new address first, and takes the display URL from its manifest', async () => {
      const moved = `${pair.remote.url}/moved`;
      pair.remote.replies['/moved'] = { status: 200 };
      pair.remote.replies[`/moved${manifestPath}`] = xml(manifestXml('https://show.example'));
      expect((await to(moved)).status).to.equal(204);
      expect(pair.standIn.link(id)).to.deep.include({ rpcUrl: moved, displayUrl: 'https://show.example' });
      expect(pair.asked()).to.deep.equal(['GET /moved', `GET /moved${manifestPath}`]);
    });

    it('answers 409 to an address that does not answer 2xx, and stores it when told not to warn', async () => {
      const moved = `${pair.remote.url}/moved`;
      expect((await to(moved)).status).to.equal(409);
      expect(pair.standIn.link(id)?.rpcUrl).to.equal(pair.remote.url);
      expect((await to(moved, '&nowarning=true')).status).to.equal(204);
      expect(pair.standIn.link(id)?.rpcUrl).to.equal(moved);
    });

    it('answers 400 to an application of another type or to no URL, and 404 without a link', async () => {
      pair.remote.replies['/moved'] = { status: 200 };
      pair.remote.replies[`/moved${manifestPath}`] = xml(manifestXml(pair.remote.url, { typeId: 'jira' }));
      expect((await to(`${pair.remote.url}/moved`)).status).to.equal(400);
      expect((await to('file:///etc')).status).to.equal(400);
      const unknown = `/rest/applinks/1.0/relocateApplicationlink/${pair.standIn.serverId}?newUrl=http://x`;
      expect((await pair.rest('POST', unknown)).status).to.equal(404);
    });
  });

  describe('what the other side asks while it links', () => {
    const info = '/rest/applinks/1.0/authenticationinfo';
    const way = (asked: string, url: string) =>
      pair.rest('GET', `${info}/id/${asked}/url/${url}?${new URLSearchParams({ url }).toString()}`);

    it('confirms an administrator', async () => {
      expect((await pair.rest('GET', info)).status).to.equal(200);
    });

    it('confirms that it reaches the other side under its id, the query before the path', async () => {
      expect((await way('9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3', pair.remote.url)).status).to.equal(200);
      const byQuery = `${info}/id/9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3/url/x?url=${encodeURIComponent(pair.remote.url)}`;
      expect((await pair.rest('GET', byQuery)).status).to.equal(200);
    });

    it('answers 404 to another id, an unreachable or a nonsensical URL', async () => {
      expect((await way(pair.standIn.serverId, pair.remote.url)).status).to.equal(404);
      expect((await way(pair.standIn.serverId, 'http://127.0.0.1:1')).status).to.equal(404);
      expect((await way(pair.standIn.serverId, 'file:///x')).status).to.equal(404);
    });
  });
});
