import { expect } from 'chai';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

describe('branches, tags and commits of the stand-in over REST', () => {
  let hosted: HostedRepository;
  let repository: string;

  beforeEach(async () => {
    hosted = await hostedRepository();
    ({ repository } = hosted);
  });
  afterEach(() => hosted.stop());

  const get = (path: string) => hosted.rest('GET', hosted.inRepository + path, { user: 'ben' });
  const push = (branch: string, files: Record<string, string | null>) => {
    hosted.pass(60);
    return hosted.standIn.repositories.push({
      repository,
      branch,
      user: 'ana',
      files,
      message: `On ${branch}`,
    });
  };

  it('C1 row 23: lists branches, by name or the newest first', async () => {
    const a = await push('feature/a', { 'a.txt': 'a' });
    await push('develop', { 'b.txt': 'b' });
    const all = valuesOf(await get('/branches?limit=1000'));
    expect(all.map(({ displayId }) => displayId)).to.deep.equal(['develop', 'feature/a', 'main']);
    expect(all[1]).to.deep.equal({
      ...{ id: 'refs/heads/feature/a', displayId: 'feature/a', type: 'BRANCH' },
      ...{ latestCommit: a, latestChangeset: a, isDefault: false },
    });
    expect(all[2]).to.include({ isDefault: true, latestCommit: hosted.first });
    const newest = valuesOf(await get('/branches?limit=1000&orderBy=modification'));
    expect(newest.map(({ displayId }) => displayId)).to.deep.equal(['develop', 'feature/a', 'main']);
    await push('main', { 'c.txt': 'c' });
    const again = valuesOf(await get('/branches?limit=1000&orderBy=modification'));
    expect(again[0]!.displayId).to.equal('main');
    const filtered = valuesOf(await get('/branches?filterText=FEAT'));
    expect(filtered.map(({ displayId }) => displayId)).to.deep.equal(['feature/a']);
  });

  it('C1 row 25: lists tags with the commit that they lead to', async () => {
    const { repositories } = hosted.standIn;
    await repositories.tag({ repository, name: 'v1', at: 'main', user: 'ana' });
    await repositories.tag({ repository, name: 'v2', at: 'main', user: 'ana', message: 'Second' });
    const [light, annotated] = valuesOf(await get('/tags?limit=1000&orderBy=modification')).sort(
      (one, other) => String(one.displayId).localeCompare(String(other.displayId)),
    );
    const latest = { latestCommit: hosted.first, latestChangeset: hosted.first };
    expect(light).to.deep.equal({ id: 'refs/tags/v1', displayId: 'v1', type: 'TAG', ...latest, hash: null });
    expect(annotated).to.include({ id: 'refs/tags/v2', type: 'TAG', ...latest });
    expect(annotated!.hash)
      .to.match(/^[0-9a-f]{40}$/)
      .and.not.equal(hosted.first);
    await repositories.deleteTag({ repository, name: 'v1', user: 'ana' });
    expect(valuesOf(await get('/tags'))).to.have.lengthOf(1);
  });

  it('C1 row 27: names the default branch, and says when there is none', async () => {
    expect(bodyOf(await get('/default-branch'))).to.deep.equal({
      ...{ id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
    });
    await push('trunk', { 't.txt': 't' });
    await hosted.standIn.repositories.setDefaultBranch(repository, 'trunk');
    expect(bodyOf(await get('/default-branch'))).to.include({ displayId: 'trunk' });
    await hosted.clone('copy', { name: 'ben', password: 'ben' });
    const head = await hosted.git(['symbolic-ref', 'HEAD'], 'copy');
    expect(head.output.trim()).to.equal('refs/heads/trunk');
    await hosted.standIn.repositories.createRepository({ project: 'SHOP', name: 'empty' });
    const path = hosted.inRepository.replace('widget', 'empty');
    expect(refusalOf(await hosted.rest('GET', `${path}/default-branch`, { user: 'ben' }))).to.include({
      status: 404,
      exceptionName: 'com.atlassian.bitbucket.repository.NoDefaultBranchException',
    });
  });

  it('C1 row 28: tells the newest commit of a ref', async () => {
    const a = await push('feature/a', { 'a.txt': 'a' });
    const page = bodyOf(await get('/commits?until=refs%2Fheads%2Ffeature%2Fa&start=0&limit=1'));
    expect(page).to.include({ size: 1, isLastPage: false, nextPageStart: 1 });
    const [commit] = page.values as Record<string, unknown>[];
    expect(commit).to.deep.equal({
      id: a,
      displayId: a.slice(0, 11),
      ...{ author: { name: 'ana', emailAddress: 'ana@example.test' }, authorTimestamp: 1_800_000_060_000 },
      ...{
        committer: { name: 'ana', emailAddress: 'ana@example.test' },
        committerTimestamp: 1_800_000_060_000,
      },
      message: 'On feature/a',
      parents: [{ id: hosted.first, displayId: hosted.first.slice(0, 11) }],
    });
    expect(bodyOf(await get(`/commits/${a}`))).to.deep.equal(commit);
    const since = valuesOf(await get(`/commits?until=feature/a&since=${hosted.first}`));
    expect(since.map(({ id }) => id)).to.deep.equal([a]);
    expect(valuesOf(await get('/commits?until=feature/a'))).to.have.lengthOf(2);
  });

  for (const until of ['gone', '0'.repeat(40), '--all', 'main~9', '']) {
    it(`C1 row 28: answers 404 to "${until}", which is no commit`, async () => {
      expect(refusalOf(await get(`/commits?until=${encodeURIComponent(until)}`))).to.include({
        status: 404,
        exceptionName: 'com.atlassian.bitbucket.commit.NoSuchCommitException',
      });
    });
  }

  it('C1 row 12: shows a file line by line, and a folder', async () => {
    await push('main', { 'ci.json': '{\n  "script": "make"\n}\n', 'docs/a b.md': 'x', 'README.md': null });
    const file = bodyOf(await get('/browse/ci.json?at=refs/heads/main'));
    expect(file).to.deep.include({ isLastPage: true, size: 3, start: 0 });
    expect(file.lines).to.deep.equal([{ text: '{' }, { text: '  "script": "make"' }, { text: '}' }]);
    const middle = bodyOf(await get('/browse/ci.json?start=1&limit=1'));
    expect(middle).to.deep.include({ lines: [{ text: '  "script": "make"' }], nextPageStart: 2 });
    const { children } = bodyOf(await get('/browse')) as {
      children: { values: { type: string; path: { name: string } }[] };
    };
    expect(children.values.map(({ type, path }) => [type, path.name])).to.deep.equal([
      ['FILE', 'ci.json'],
      ['DIRECTORY', 'docs'],
    ]);
    expect(bodyOf(await get('/browse/docs?type=true'))).to.deep.equal({ type: 'DIRECTORY' });
    expect(bodyOf(await get('/browse/docs/a%20b.md'))).to.deep.include({ lines: [{ text: 'x' }] });
  });

  it('C1 row 12: gives a file as it is, never as a page', async () => {
    await push('feature/a', { 'page.html': '<script>alert(1)</script>\n' });
    const answer = await get('/raw/page.html?at=refs/heads/feature/a');
    expect(answer).to.deep.include({ status: 200, body: '<script>alert(1)</script>\n' });
    expect(answer.header('Content-Type')).to.equal('text/plain;charset=UTF-8');
    expect(answer.header('X-Content-Type-Options')).to.equal('nosniff');
    const gone = refusalOf(await get('/raw/page.html?at=refs/heads/main'));
    expect(gone).to.include({
      status: 404,
      exceptionName: 'com.atlassian.bitbucket.content.NoSuchPathException',
    });
    expect((await get('/raw/README.md?at=gone')).status).to.equal(404);
    expect((await hosted.rest('GET', `${hosted.inRepository}/raw/README.md`)).status).to.equal(401);
  });

  it('throws when a test names what is not there', async () => {
    const { repositories } = hosted.standIn;
    const failing = [
      repositories.tag({ repository, name: 'v', at: 'gone', user: 'ana' }),
      repositories.createRepository({ project: 'SHOP', name: 'Widget' }),
    ];
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(() => repositories.cloneUrl('SHOP/gone')).to.throw('no repository SHOP/gone');
  });
});
