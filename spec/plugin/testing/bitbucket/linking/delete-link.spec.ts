import { expect } from 'chai';
import type { Reply } from '../scripted-provider.js';
import { createLink, json, remotePair, xml, type RemotePair } from './scripted-remote.js';

const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const token = { kind: 'access', token: 't', secret: 's', sessionHandle: undefined } as const;

describe('c12: deleting a link', () => {
  let pair: RemotePair;
  let id: string;
  let remoteLink: string;
  let permission: string;
  beforeEach(async () => {
    pair = await remotePair();
    id = await createLink(pair);
    await pair.standIn.linking.setLevels(id, { incoming: on, outgoing: on });
    pair.standIn.setToken(id, 'admin', token);
    remoteLink = `/rest/applinks/1.0/applicationlink/${pair.standIn.serverId}`;
    permission = `/rest/applinks/1.0/permission/delete-application/${pair.standIn.serverId}`;
    pair.remote.received.length = 0;
  });
  afterEach(() => pair.stop());

  const remove = (reciprocate: boolean, as = 'admin') =>
    pair.rest('DELETE', `/rest/applinks/1.0/applicationlink/${id}?reciprocate=${reciprocate}`, { as });

  it('one-way calls nobody, and takes consumer and tokens along', async () => {
    expect((await remove(false)).status).to.equal(200);
    expect(pair.asked()).to.deep.equal([]);
    expect(pair.standIn.links()).to.deep.equal([]);
    expect(pair.standIn.consumers.size).to.equal(0);
    expect(pair.standIn.token(id, 'admin')).to.equal(undefined);
    expect((await remove(false)).status).to.equal(404);
  });

  it('by the 3.0 resource is always one-way and answers 204', async () => {
    const { status } = await pair.rest('DELETE', `/rest/applinks/3.0/applinks/${id}?reciprocate=true`);
    expect(status).to.equal(204);
    expect(pair.asked()).to.deep.equal([]);
    expect(pair.standIn.links()).to.deep.equal([]);
  });

  it('makes the next link of the type its primary one', async () => {
    const second = await createLink(pair, { name: 'Second', rpcUrl: 'https://second.example' });
    await remove(false);
    expect(pair.standIn.link(second)?.isPrimary).to.equal(true);
  });

  it('leaves consumers and tokens of other links alone', async () => {
    const second = await createLink(pair, { name: 'Second', rpcUrl: 'https://second.example' });
    pair.standIn.setToken(second, 'admin', token);
    await remove(false);
    expect(pair.standIn.token(second, 'admin')?.token).to.equal('t');
  });

  it('two-way asks the other side first, in the user’s name, without body and query', async () => {
    pair.remote.replies[remoteLink] = { status: 200 };
    expect((await remove(true)).status).to.equal(200);
    expect(pair.asked()).to.deep.equal([`DELETE ${remoteLink}`]);
    const [asked] = pair.remote.received;
    expect(asked?.headers.authorization).to.include('oauth_token="t"');
    expect([asked?.body, asked?.query.size]).to.deep.equal(['', 0]);
    expect(pair.standIn.links()).to.deep.equal([]);
  });

  for (const status of [201, 202, 204, 403, 404, 409, 500]) {
    it(`two-way keeps the link when the other side answers ${status}`, async () => {
      pair.remote.replies[remoteLink] = { status };
      const answer = await remove(true);
      expect(answer.status).to.equal(500);
      expect(answer.text).to.include(String(status));
      expect(pair.standIn.link(id)).not.to.equal(undefined);
    });
  }

  it('two-way answers 401 without a token, or when it is rejected', async () => {
    expect((await remove(true, 'boss')).status).to.equal(401);
    expect(pair.asked()).to.deep.equal([]);
    const rejected = 'OAuth realm="x", oauth_problem="token_rejected"';
    pair.remote.replies[remoteLink] = { status: 401, headers: { 'WWW-Authenticate': rejected } };
    expect((await remove(true)).status).to.equal(401);
    expect(pair.standIn.link(id)).not.to.equal(undefined);
  });

  it('two-way keeps the link when nobody answers', async () => {
    await pair.remote.stop();
    expect((await remove(true)).status).to.equal(500);
    expect(await pair.standIn.linking.deleteLink(id, { reciprocate: true })).to.have.property('status', 500);
    expect(pair.standIn.link(id)).not.to.equal(undefined);
  });

  it('is done by a person on the page of the link', async () => {
    const admin = await pair.standIn.as('admin');
    const test = `${pair.standIn.url}/plugins/servlet/applinks/testLink?applicationLinkID=${id}`;
    const refused = await admin.submit(await admin.get(test), { button: 'Delete on both sides' });
    expect(refused.text).to.include('the link is kept');
    await admin.submit(await admin.get(test), { button: 'Delete here' });
    expect(pair.standIn.links()).to.deep.equal([]);
  });

  describe('permission there', () => {
    const ask = async (as = 'admin'): Promise<unknown> => {
      const path = `/rest/applinks/1.0/permission/reciprocate-application-delete/${id}`;
      return (await pair.rest('GET', path, { as })).body;
    };
    const codes: [string, Reply, string][] = [
      ['JSON', json({ code: 'ALLOWED' }), 'ALLOWED'],
      [
        'XML',
        xml('<permissionCodeEntity><code>NO_PERMISSION</code></permissionCodeEntity>'),
        'NO_PERMISSION',
      ],
      ['a missing link', json({ code: 'MISSING' }), 'MISSING'],
      ['an anonymous caller', json({ code: 'NO_AUTHENTICATION' }), 'NO_AUTHENTICATION'],
      ['401', { status: 401 }, 'AUTHENTICATION_FAILED'],
      ['404', { status: 404 }, 'NO_CONNECTION'],
      ['204', { status: 204 }, 'NO_CONNECTION'],
      ['a page', { body: '<html></html>' }, 'NO_CONNECTION'],
      ['an unknown code', json({ code: 'MAYBE' }), 'NO_CONNECTION'],
    ];
    for (const [name, reply, code] of codes) {
      it(`is ${code} after ${name}`, async () => {
        pair.remote.replies[permission] = reply;
        expect(await ask()).to.deep.equal({ code });
      });
    }

    it('needs a token, a link and somebody who answers', async () => {
      expect(await ask('ana')).to.deep.equal({ code: 'CREDENTIALS_REQUIRED' });
      await pair.remote.stop();
      expect(await ask()).to.deep.equal({ code: 'NO_CONNECTION' });
      await pair.standIn.linking.deleteLink(id);
      expect(await ask()).to.deep.equal({ code: 'MISSING' });
    });
  });

  it('permission here depends on the caller', async () => {
    const ask = async (as: string, of = id): Promise<unknown> =>
      (await pair.rest('GET', `/rest/applinks/1.0/permission/delete-application/${of}`, { as })).body;
    expect(await ask('admin')).to.deep.equal({ code: 'ALLOWED' });
    expect(await ask('ana')).to.deep.equal({ code: 'NO_PERMISSION' });
    expect(await ask('')).to.deep.equal({ code: 'NO_AUTHENTICATION' });
    expect(await ask('admin', pair.standIn.serverId)).to.deep.equal({ code: 'MISSING' });
  });
});
