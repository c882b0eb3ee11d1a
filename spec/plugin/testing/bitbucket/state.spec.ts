import { expect } from 'chai';
import { bitbucketStandIn } from '../../../../plugin/testing/index.js';
import { createState, removeConsumer } from '../../../../plugin/testing/bitbucket/state.js';
import { callingApp, consumerKey, paths } from './provider/calling-app.js';

describe('Installations of the stand-in', () => {
  it('have an id of their own each, and keep it', async () => {
    const [one, other] = [bitbucketStandIn(), bitbucketStandIn()];
    expect(one.serverId).not.to.equal(other.serverId);
    const before = one.serverId;
    await one.start();
    await one.stop();
    expect(one.serverId).to.equal(before);
  });

  it('share no project that one of them made', () => {
    const [one, other] = [createState([]), createState([])];
    one.projects.get('PUB')!.name = 'Changed';
    expect(other.projects.get('PUB')!.name).to.equal('Public project');
  });

  it('c14: have a system administrator, an administrator and users', () => {
    const kinds = bitbucketStandIn().users.map(({ name, admin, systemAdmin = false }) => [
      name,
      admin,
      systemAdmin,
    ]);
    expect(kinds).to.deep.equal([
      ['admin', true, true],
      ['boss', true, false],
      ['ana', false, false],
      ['ben', false, false],
    ]);
  });
});

describe('Removing an incoming consumer', () => {
  it("takes its tokens, and nobody else's", async () => {
    const app = await callingApp();
    await app.connect('ana');
    const { token, secret: tokenSecret } = await app.connect('ben');
    app.standIn.consumers.set('other', { ...app.consumer, key: 'other' });
    app.standIn.issued.get(token)!.consumerKey = 'other';
    const { consumers, issued } = app.standIn;
    removeConsumer({ ...createState([]), consumers, issued }, consumerKey);
    expect([...consumers.keys()]).to.deep.equal(['other']);
    expect([...issued.keys()]).to.deep.equal([token]);
    const answer = await app.call(paths.whoAmI, { token, tokenSecret });
    expect(answer.fields.oauth_problem).to.equal('token_rejected');
    await app.stop();
  });
});
