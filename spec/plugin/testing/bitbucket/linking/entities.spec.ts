import { expect } from 'chai';
import { createLink, json, remotePair, xml, type RemotePair } from './scripted-remote.js';

const path = '/rest/applinks/1.0/entities';
const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };

describe('c13: projects of the other side', () => {
  let pair: RemotePair;
  let id: string;
  beforeEach(async () => {
    pair = await remotePair();
    id = await createLink(pair);
  });
  afterEach(() => pair.stop());
  const ask = () => pair.rest('GET', `${path}/${id}`);

  it('may be an empty list', async () => {
    for (const reply of [json({ entity: [] }), json({}), xml('<entities/>')]) {
      pair.remote.replies[path] = reply;
      expect(await ask()).to.deep.include({ status: 200, body: { entity: [] } });
    }
  });

  it('are read from JSON, a single one too, and from XML', async () => {
    const entity = { key: 'ci', name: 'CI', typeId: 'generic.entity' };
    for (const reply of [
      json({ entity: [entity] }),
      json({ entity }),
      xml(
        '<entities><entity key="ci" name="CI" typeId="generic.entity"><iconUrl>x</iconUrl></entity></entities>',
      ),
    ]) {
      pair.remote.replies[path] = reply;
      expect((await ask()).body).to.deep.equal({ entity: [entity] });
    }
  });

  it('are asked for in the user’s name where there is a token, else anonymously', async () => {
    pair.remote.replies[path] = json({});
    await ask();
    await pair.standIn.linking.setLevels(id, { incoming: on, outgoing: on });
    pair.standIn.setToken(id, 'admin', { kind: 'access', token: 't', secret: 's', sessionHandle: undefined });
    await ask();
    const headers = pair.remote.to(path).map(({ headers: { authorization } }) => authorization);
    expect(headers[0]).to.equal(undefined);
    expect(headers[1]).to.include('oauth_token="t"');
  });

  for (const [name, reply] of Object.entries({
    '404': { status: 404 },
    '204': { status: 204 },
    '201': json({}, 201),
    'a page': { headers: { 'Content-Type': 'text/html' }, body: '<html>' },
    'another document': xml('<projects/>'),
  })) {
    it(`are an error for the administrator after ${name}`, async () => {
      pair.remote.replies[path] = reply;
      expect((await ask()).status).to.equal(500);
    });
  }

  it('are an error without a link or an answer', async () => {
    await pair.remote.stop();
    expect((await ask()).status).to.equal(500);
    expect(await pair.standIn.linking.entities(id)).to.include('did not answer');
    await pair.standIn.linking.deleteLink(id);
    expect((await ask()).status).to.equal(404);
  });
});
