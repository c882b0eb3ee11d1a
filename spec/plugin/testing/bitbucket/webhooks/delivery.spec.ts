import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { hostedRepository, type HostedRepository } from '../hosted-repository.js';

const zeros = '0'.repeat(40);

describe('C3: webhooks that the stand-in sends', () => {
  let hosted: HostedRepository;
  let repository: string;

  beforeEach(async () => {
    hosted = await hostedRepository();
    ({ repository } = hosted);
  });
  afterEach(() => hosted.stop());

  const register = (events: readonly string[], secret?: string) =>
    hosted.standIn.webhooks.register(repository, {
      ...{ name: 'ci', url: hosted.receiver.url, events },
      ...(secret === undefined ? {} : { secret }),
    });
  const push = (branch: string, content: string, user = 'ana') =>
    hosted.standIn.repositories.push({ repository, branch, user, files: { [`${branch}.txt`]: content } });
  const heard = async () => {
    await hosted.standIn.webhooks.settled();
    return hosted.receiver.received;
  };

  it('headers: key, id of the delivery, and HMAC-SHA256 of the raw body when there is a secret', async () => {
    register(['repo:refs_changed'], 'hook-secret');
    await push('main', 'ä');
    const [hook] = await heard();
    const hmac = createHmac('sha256', 'hook-secret').update(hook!.body).digest('hex');
    expect(hook!.headers).to.include({
      'x-event-key': 'repo:refs_changed',
      'x-hub-signature': `sha256=${hmac}`,
      'content-type': 'application/json; charset=utf-8',
    });
    expect(hook!.headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
  });

  it('headers: no signature without a secret, or when it is switched off', async () => {
    register(['repo:refs_changed']);
    register(['repo:refs_changed'], 'hook-secret');
    hosted.standIn.webhooks.switches.omitsSignature = true;
    await push('main', 'x');
    const all = await heard();
    expect(all).to.have.lengthOf(2);
    for (const { headers } of all) expect(headers).not.to.have.property('x-hub-signature');
  });

  it("repo:refs_changed: the reference's payload", async () => {
    register(['repo:refs_changed']);
    const toHash = await push('main', 'x');
    const [hook] = await heard();
    const { url } = hosted.standIn;
    expect(hook!.json).to.deep.include({
      eventKey: 'repo:refs_changed',
      date: '2027-01-15T08:00:00+0000',
      actor: {
        ...{ name: 'ana', emailAddress: 'ana@example.test', id: 3, displayName: 'ana' },
        ...{ active: true, slug: 'ana', type: 'NORMAL' },
      },
      changes: [
        {
          ref: { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
          ...{ refId: 'refs/heads/main', fromHash: hosted.first, toHash, type: 'UPDATE' },
        },
      ],
    });
    expect(hook!.json.repository).to.deep.include({ slug: 'widget', id: 1, scmId: 'git', public: false });
    expect(hook!.json.repository).to.have.deep.nested.property('project.key', 'SHOP');
    expect(hook!.json.repository).to.have.deep.nested.property('links.self', [
      { href: `${url}/projects/SHOP/repos/widget/browse` },
    ]);
    expect(hook!.json.repository).to.have.deep.nested.property('links.clone[0]', {
      ...{ href: `${url}/scm/shop/widget.git`, name: 'http' },
    });
  });

  it('create and delete: zeros on the other side', async () => {
    register(['repo:refs_changed']);
    const { repositories } = hosted.standIn;
    await repositories.createBranch({ repository, name: 'old', at: 'main', user: 'ana' });
    await repositories.deleteBranch({ repository, name: 'old', user: 'ana' });
    const changes = (await heard()).map(({ json }) => (json.changes as object[])[0]);
    expect(changes[0]).to.include({ type: 'ADD', fromHash: zeros, toHash: hosted.first });
    expect(changes[1]).to.include({ type: 'DELETE', fromHash: hosted.first, toHash: zeros });
  });

  it('tag push: the type of its ref', async () => {
    register(['repo:refs_changed']);
    await hosted.standIn.repositories.tag({ repository, name: 'v1', at: 'main', user: 'ana' });
    const [hook] = await heard();
    const ref = { id: 'refs/tags/v1', displayId: 'v1', type: 'TAG' };
    expect(hook!.json.changes).to.deep.equal([
      { ref, refId: 'refs/tags/v1', fromHash: zeros, toHash: hosted.first, type: 'ADD' },
    ]);
  });

  it('a push by git is one event with all its refs, of the user who pushed', async () => {
    register(['repo:refs_changed']);
    await hosted.clone('copy', { name: 'boss', password: 'boss' });
    await hosted.git(['push', '--quiet', 'origin', 'HEAD:one', 'HEAD:two', 'HEAD:refs/tags/three'], 'copy');
    const all = await heard();
    expect(all).to.have.lengthOf(1);
    const { actor, changes } = all[0]!.json as { actor: { name: string }; changes: { refId: string }[] };
    expect(actor.name).to.equal('boss');
    expect(changes.map(({ refId }) => refId)).to.deep.equal([
      'refs/heads/one',
      'refs/heads/two',
      'refs/tags/three',
    ]);
  });

  it('a push that changes nothing is no event', async () => {
    register(['repo:refs_changed']);
    await hosted.clone('copy', { name: 'ana', password: 'ana' });
    await hosted.git(['push', '--quiet', 'origin', 'HEAD:main'], 'copy');
    expect(await heard()).to.deep.equal([]);
  });

  it('payloads of older servers lack links and actor', async () => {
    hosted.standIn.webhooks.switches.omitsLinksAndActor = true;
    register(['repo:refs_changed']);
    await push('main', 'x');
    const [hook] = await heard();
    expect(hook!.json).not.to.have.property('actor');
    expect(hook!.json.repository).to.include({ slug: 'widget' }).and.not.have.property('links');
  });

  it('mirror:repo_synchronized: like refs changed, without an actor, with the mirror', async () => {
    const farm = { id: 'm1', name: 'Mirror', isAvailable: true, omitsCloneUrls: false };
    hosted.standIn.mirrors.push(farm);
    register(['mirror:repo_synchronized']);
    await push('main', 'x');
    const [hook] = await heard();
    expect(hook!.json).to.deep.include({
      ...{ eventKey: 'mirror:repo_synchronized', mirrorServer: { id: 'm1', name: 'Mirror' } },
      ...{ syncType: 'INCREMENTAL', refLimitExceeded: false },
    });
    expect(hook!.json).to.have.property('changes');
    expect(hook!.json).not.to.have.property('actor');
  });

  it('goes only to active hooks that asked for the event', async () => {
    register(['pr:opened']);
    const { id } = register(['repo:refs_changed']);
    await hosted.rest('PUT', `${hosted.inRepository}/webhooks/${id}`, {
      user: 'admin',
      json: { name: 'ci', url: hosted.receiver.url, events: ['repo:refs_changed'], active: false },
    });
    await push('main', 'x');
    expect(await heard()).to.deep.equal([]);
  });

  describe('delivery log', () => {
    it('keeps what came back, whatever it was, and repeats nothing of itself', async () => {
      const { webhooks } = hosted.standIn;
      hosted.receiver.status = 503;
      register(['repo:refs_changed']);
      webhooks.register(repository, {
        name: 'gone',
        url: 'http://127.0.0.1:1/',
        events: ['repo:refs_changed'],
      });
      await push('main', 'x');
      await heard();
      expect(webhooks.deliveries.map(({ status, answer }) => [status, answer])).to.deep.equal([
        [503, 'heard'],
        [undefined, ''],
      ]);
      expect(webhooks.deliveries[1]!.error).to.include('ECONNREFUSED');
      expect(hosted.receiver.received).to.have.lengthOf(1);
    });

    it('redelivers on demand: same id and body, signed with the secret of now', async () => {
      const { id } = register(['repo:refs_changed'], 'hook-secret');
      await push('main', 'x');
      await heard();
      const json = {
        name: 'ci',
        url: hosted.receiver.url,
        events: ['pr:opened'],
        configuration: { secret: 'new' },
      };
      await hosted.rest('PUT', `${hosted.inRepository}/webhooks/${id}`, { user: 'admin', json });
      const { webhooks } = hosted.standIn;
      webhooks.redeliver(webhooks.deliveries[0]!);
      const [one, two] = await heard();
      expect(two!.body).to.equal(one!.body);
      expect(two!.headers['x-request-id']).to.equal(one!.headers['x-request-id']);
      const hmac = createHmac('sha256', 'new').update(one!.body).digest('hex');
      expect(two!.headers['x-hub-signature']).to.equal(`sha256=${hmac}`);
      expect(webhooks.deliveries.map(({ attempt }) => attempt)).to.deep.equal([1, 2]);
    });

    it('holds deliveries back, and releases them in order or the last first', async () => {
      const { webhooks } = hosted.standIn;
      register(['repo:refs_changed']);
      const refs = () =>
        hosted.receiver.received.map(({ json }) => (json.changes as { refId: string }[])[0]!.refId.slice(11));
      webhooks.hold();
      for (const branch of ['a', 'b', 'c']) await push(branch, 'x');
      await heard();
      expect(refs()).to.deep.equal([]);
      webhooks.release('reversed');
      await heard();
      expect(refs()).to.deep.equal(['c', 'b', 'a']);
      webhooks.hold();
      for (const branch of ['d', 'e']) await push(branch, 'x');
      webhooks.release();
      await push('f', 'x');
      await heard();
      expect(refs()).to.deep.equal(['c', 'b', 'a', 'd', 'e', 'f']);
    });

    it("sends an event of the test's own making", async () => {
      register(['repo:modified']);
      hosted.standIn.webhooks.publish(repository, 'repo:modified', { anything: 1 });
      const [hook] = await heard();
      expect(hook!.json).to.include({ eventKey: 'repo:modified', anything: 1 });
    });
  });
});
