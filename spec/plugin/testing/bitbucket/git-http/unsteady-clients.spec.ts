import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { basic, hostedRepository, type HostedRepository } from '../hosted-repository.js';

const ana = { name: 'ana', password: 'ana' };

describe('git clients that come in crowds, or go away', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository({ contextPath: '/bitbucket' });
  });
  afterEach(() => hosted.stop());

  const pushed = async (folder: string, ref: string) => {
    await hosted.git(['commit', '--quiet', '--allow-empty', '-m', folder], folder);
    return hosted.git(['push', '--quiet', 'origin', `HEAD:${ref}`], folder);
  };

  it('pushes at the same time are told one after the other, as they happened', async () => {
    const { repository, standIn } = hosted;
    standIn.webhooks.register(repository, {
      name: 'ci',
      url: hosted.receiver.url,
      events: ['repo:refs_changed'],
    });
    const folders = ['one', 'two', 'three'];
    await Promise.all(folders.map((folder) => hosted.clone(folder, ana)));
    const results = await Promise.all([
      ...folders.map((folder) => pushed(folder, `refs/heads/${folder}`)),
      ...['a', 'b', 'c'].map((content) =>
        standIn.repositories.push({ repository, branch: 'main', user: 'ana', files: { content } }),
      ),
    ]);
    expect(results.slice(0, 3)).to.deep.equal(folders.map(() => ({ exitCode: 0, output: '' })));
    await standIn.webhooks.settled();
    const changes = hosted.receiver.received.flatMap(
      ({ json }) => json.changes as { refId: string; fromHash: string; toHash: string }[],
    );
    expect(changes).to.have.lengthOf(6);
    const ofMain = changes.filter(({ refId }) => refId === 'refs/heads/main');
    const before = [hosted.first, ...ofMain.map(({ toHash }) => toHash)];
    expect(ofMain.map(({ fromHash }) => fromHash)).to.deep.equal(before.slice(0, 3));
    expect(await standIn.repositories.commit(repository, 'main')).to.equal(before[3]);
  });

  it('one that hangs up in the midst of a push changes nothing, and does not block the next', async () => {
    const url = `${hosted.cloneUrl()}/git-receive-pack`;
    const type = 'application/x-git-receive-pack-request';
    const headers = { Authorization: basic('ana', 'ana'), 'Content-Type': type, 'Content-Length': '100000' };
    const sending = request(url, { method: 'POST', headers });
    sending.on('error', () => undefined);
    sending.write('00');
    await once(sending, 'socket');
    while (hosted.standIn.received.every(({ path }) => !path.endsWith('git-receive-pack'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    sending.destroy();
    await hosted.clone('copy', ana);
    expect(await pushed('copy', 'refs/heads/next')).to.deep.equal({ exitCode: 0, output: '' });
    expect(await hosted.standIn.repositories.commit(hosted.repository, 'main')).to.equal(hosted.first);
  });

  it('one that hangs up in the midst of a clone leaves the others alone', async () => {
    const content = Buffer.from(Array.from({ length: 2 * 1024 * 1024 }, (_, at) => (at * 2654435761) >>> 24));
    const { repository, standIn } = hosted;
    await standIn.repositories.push({ repository, branch: 'main', user: 'ana', files: { content } });
    const body = `0011command=fetch0001000fno-progress0032want ${await standIn.repositories.commit(repository, 'main')}\n0009done\n0000`;
    const headers = {
      ...{ Authorization: basic('ana', 'ana'), 'Git-Protocol': 'version=2' },
      'Content-Type': 'application/x-git-upload-pack-request',
    };
    const asking = request(`${hosted.cloneUrl()}/git-upload-pack`, { method: 'POST', headers });
    asking.end(body);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    expect(response.statusCode).to.equal(200);
    await once(response, 'data');
    response.destroy();
    expect((await hosted.clone('copy', ana)).exitCode).to.equal(0);
  });
});
