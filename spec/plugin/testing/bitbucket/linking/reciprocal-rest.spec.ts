import { expect } from 'chai';
import { bitbucketStandIn } from '../../../../../plugin/testing/index.js';
import { createLink, remotePair, type RemotePair } from './scripted-remote.js';

const otherId = '680a4e42-d268-36bc-9728-7b01427756c2';
const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };

describe('c4: the half that another application makes here', () => {
  let pair: RemotePair;
  beforeEach(async () => (pair = await remotePair()));
  afterEach(() => pair.stop());

  const entity = {
    id: otherId,
    typeId: 'generic',
    name: 'Other',
    rpcUrl: 'https://o.example/',
    displayUrl: 'https://o.example',
  };
  const put = (json: object, id = otherId) =>
    pair.rest('PUT', `/rest/applinks/1.0/applicationlink/${id}`, { json });

  it('is created under the id of the body, then updated', async () => {
    expect((await put(entity, pair.standIn.serverId)).status).to.equal(201);
    expect(pair.standIn.link(otherId)).to.deep.include({ name: 'Other', rpcUrl: 'https://o.example' });
    expect((await put({ ...entity, name: 'New', displayUrl: 'https://show.example' })).status).to.equal(200);
    expect(pair.standIn.link(otherId)).to.deep.include({ name: 'New', displayUrl: 'https://show.example' });
  });

  it('is refused with an error list', async () => {
    await put(entity);
    await createLink(pair, { name: 'Taken' });
    const faulty: [object, string][] = [
      [{ ...entity, rpcUrl: 'https://moved.example' }, 'relocate'],
      [{ ...entity, name: 'Taken' }, 'in use'],
      [{ ...entity, typeId: 'gitea' }, 'unknown'],
      [{ ...entity, id: 'x' }, 'UUID'],
      [[], 'no application link'],
    ];
    for (const [body, says] of faulty) {
      const answer = await put(body);
      expect(answer.status).to.equal(400);
      expect(answer.body).to.have.nested.property('message[0]').that.includes(says);
    }
    expect((await put({ ...entity, name: 'Again' }, pair.standIn.serverId)).status).to.equal(400);
    expect(pair.standIn.link(otherId)).to.deep.include({ name: 'Other', rpcUrl: 'https://o.example' });
  });

  for (const entityFormat of ['xml', 'json'] as const) {
    it(`lets two stand-ins link by password, the entity in ${entityFormat}`, async () => {
      const starter = bitbucketStandIn();
      const other = bitbucketStandIn({ hostname: 'localhost', product: 'jira' });
      await Promise.all([starter.start(), other.start()]);
      try {
        starter.linking.switches.entityFormat = entityFormat;
        const { failure, linkId, problem } = await starter.linking.createLinkByPassword({
          ...{ url: other.url, username: 'admin', password: 'sysadmin', name: 'Jira', typeId: 'jira' },
        });
        expect([failure, linkId, problem]).to.deep.equal([undefined, other.serverId, undefined]);
        for (const [side, remote] of [
          [starter, other],
          [other, starter],
        ] as const) {
          expect(side.linking.levels(remote.serverId)).to.deep.equal({ incoming: on, outgoing: on });
          expect((await side.linking.status(remote.serverId)).working).to.equal(true);
        }
        const whoAmI = await starter.linking.callAsApplication(
          other.serverId,
          'GET',
          '/plugins/servlet/applinks/whoami',
        );
        expect([whoAmI.outcome, whoAmI.body], 'two-legged is anonymous').to.deep.equal(['ok', '']);

        const admin = await starter.as('admin');
        await admin.get(starter.danceUrl(other.serverId)).then(async (login) => {
          const consent = await admin.submit(login, {
            fields: { j_username: 'admin', j_password: 'sysadmin' },
          });
          await admin.submit(consent, { button: 'approve' });
        });
        const asUser = await starter.call(other.serverId, 'admin', 'GET', '/plugins/servlet/applinks/whoami');
        expect(asUser.body).to.equal('admin');
        expect(await starter.linking.mayDeleteThere(other.serverId)).to.equal('ALLOWED');
        expect(await starter.linking.deleteLink(other.serverId, { reciprocate: true })).to.equal(undefined);
        expect([starter.links(), other.links()]).to.deep.equal([[], []]);
        expect([starter.consumers.size, other.consumers.size, other.issued.size]).to.deep.equal([0, 0, 0]);
      } finally {
        await Promise.all([starter.stop(), other.stop()]);
      }
    });
  }
});
