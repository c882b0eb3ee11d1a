import { expect } from 'chai';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

describe('C1 row 10: mirrors of the stand-in', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
    hosted.standIn.mirrors.push(
      { id: 'west', name: 'West', isAvailable: true, omitsCloneUrls: false },
      { id: 'east', name: 'East', isAvailable: false, omitsCloneUrls: false },
    );
  });
  afterEach(() => hosted.stop());

  const list = async () =>
    valuesOf(await hosted.rest('GET', '/rest/mirroring/1.0/repos/1/mirrors', { user: 'ana' }));
  const follow = async (descriptor: Record<string, unknown> | undefined) => {
    const { self } = (descriptor as { links: { self: [{ href: string }] } }).links;
    const path = self[0].href.slice(hosted.standIn.url.length);
    return bodyOf(await hosted.rest('GET', path, { user: 'ana' }));
  };

  it('are listed with an address each, at which the available one tells where to clone', async () => {
    const [west, east] = await list();
    expect(west!.mirrorServer).to.include({ id: 'west', name: 'West' });
    const mirrored = await follow(west);
    expect(mirrored).to.include({ available: true, mirrorName: 'West', repositoryId: '1' });
    const { clone } = mirrored.links as { clone: { href: string }[] };
    const url = new URL(clone[0]!.href);
    Object.assign(url, { username: 'ben', password: 'ben' });
    expect(await hosted.git(['clone', '--quiet', url.href, 'copy'])).to.deep.equal({
      exitCode: 0,
      output: '',
    });
    const { output } = await hosted.git(['rev-parse', 'HEAD'], 'copy');
    expect(output.trim()).to.equal(hosted.first);
    const pushed = await hosted.git(['push', '--quiet', 'origin', 'HEAD:other'], 'copy');
    expect(pushed.exitCode).to.not.equal(0);
    expect(await follow(east)).to.deep.include({ available: false });
  });

  it('may give no clone URL', async () => {
    hosted.standIn.mirrors[0]!.omitsCloneUrls = true;
    const { links } = (await follow((await list())[0])) as { links: { clone: unknown[]; push: unknown[] } };
    expect([links.clone.length, links.push.length]).to.deep.equal([0, 1]);
  });

  it('404 for a repository that is not there, or not for this caller', async () => {
    expect(
      refusalOf(await hosted.rest('GET', '/rest/mirroring/1.0/repos/9/mirrors', { user: 'ana' })),
    ).to.include({
      ...{ status: 404, exceptionName: 'com.atlassian.bitbucket.repository.NoSuchRepositoryException' },
    });
    expect((await hosted.rest('GET', '/rest/mirroring/1.0/repos/1/mirrors')).status).to.equal(404);
  });
});
