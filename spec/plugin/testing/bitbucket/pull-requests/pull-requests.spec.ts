import { expect } from 'chai';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

const events = ['pr:opened', 'pr:from_ref_updated', 'pr:modified', 'pr:merged', 'pr:declined', 'pr:deleted'];

describe('pull requests of the stand-in (C1 row 24, C3)', () => {
  let hosted: HostedRepository;
  let repository: string;
  let head: string;

  beforeEach(async () => {
    hosted = await hostedRepository();
    ({ repository } = hosted);
    head = await push('feature/a', { 'a.txt': 'a\n' });
    hosted.standIn.webhooks.register(repository, {
      ...{ name: 'ci', url: hosted.receiver.url, events: [...events, 'repo:refs_changed'] },
    });
  });
  afterEach(() => hosted.stop());

  const push = (branch: string, files: Record<string, string>) =>
    hosted.standIn.repositories.push({ repository, branch, user: 'ana', files });
  const open = (from: string | { repository: string; branch: string } = 'feature/a') =>
    hosted.standIn.pullRequests.open({ repository, from, user: 'ana', title: 'Add a' });
  const heard = async () => {
    await hosted.standIn.webhooks.settled();
    return hosted.receiver.received.map(({ json }) => json);
  };
  const refs = async (): Promise<Record<string, string>> => {
    const url = hosted.cloneUrl({ name: 'ana', password: 'ana' });
    const { output } = await hosted.git(['ls-remote', url, 'refs/pull-requests/*']);
    const lines = output.trim().split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split('\t').reverse() as [string, string]));
  };
  const get = (path: string) =>
    hosted.rest('GET', `${hosted.inRepository}/pull-requests${path}`, { user: 'ben' });

  it('C1 row 24: the merge of source and target is fetched by its ref', async () => {
    await push('main', { 'm.txt': 'm\n' });
    await open();
    expect(Object.keys(await refs())).to.deep.equal([
      'refs/pull-requests/1/from',
      'refs/pull-requests/1/merge',
    ]);
    expect((await refs())['refs/pull-requests/1/from']).to.equal(head);
    await hosted.clone('copy', { name: 'ana', password: 'ana' });
    await hosted.git(['fetch', '--quiet', 'origin', 'refs/pull-requests/1/merge'], 'copy');
    const parents = await hosted.git(['log', '-1', '--format=%P', 'FETCH_HEAD'], 'copy');
    const main = await hosted.standIn.repositories.commit(repository, 'main');
    expect(parents.output.trim()).to.equal(`${main} ${head}`);
    const files = await hosted.git(['ls-tree', '--name-only', 'FETCH_HEAD'], 'copy');
    expect(files.output.trim().split('\n')).to.deep.equal(['README.md', 'a.txt', 'm.txt']);
  });

  it('C1 row 24: lists the open ones unless another state is asked for', async () => {
    await push('feature/b', { 'b.txt': 'b\n' });
    await open();
    await open('feature/b');
    hosted.standIn.pullRequests.decline(repository, 1, 'ana');
    const listed = async (query: string) => valuesOf(await get(`?${query}`)).map(({ id }) => id);
    expect(await listed('withAttributes=false&withProperties=false&state=OPEN')).to.deep.equal([2]);
    expect(await listed('')).to.deep.equal([2]);
    expect(await listed('state=ALL')).to.deep.equal([2, 1]);
    expect(await listed('state=DECLINED')).to.deep.equal([1]);
    expect(await listed('state=ALL&direction=OUTGOING&at=refs/heads/feature/a')).to.deep.equal([1]);
    expect(bodyOf(await get('?state=ALL&limit=1'))).to.include({ isLastPage: false, nextPageStart: 1 });
  });

  it("pr:opened: the reference's payload", async () => {
    await open();
    const [told] = await heard();
    expect(told).to.deep.include({ eventKey: 'pr:opened', date: '2027-01-15T08:00:00+0000' });
    const shown = told!.pullRequest as Record<string, unknown>;
    expect(shown).to.deep.include({
      ...{ id: 1, version: 0, title: 'Add a', state: 'OPEN', open: true, closed: false },
      ...{ createdDate: 1_800_000_000_000, updatedDate: 1_800_000_000_000, locked: false },
      ...{ reviewers: [], participants: [] },
    });
    expect(shown.fromRef).to.deep.include({
      id: 'refs/heads/feature/a',
      displayId: 'feature/a',
      latestCommit: head,
    });
    expect(shown.toRef).to.deep.include({ id: 'refs/heads/main', latestCommit: hosted.first });
    expect(shown.toRef).to.have.deep.nested.property('repository.project.key', 'SHOP');
    expect(shown.author).to.deep.include({ role: 'AUTHOR', approved: false, status: 'UNAPPROVED' });
    expect(bodyOf(await get('/1'))).to.deep.equal(shown);
  });

  it('pr:from_ref_updated: after the push, with the previous commit', async () => {
    await open();
    const latestCommit = await push('feature/a', { 'a.txt': 'b\n' });
    const told = await heard();
    expect(told.map(({ eventKey }) => eventKey)).to.deep.equal([
      'pr:opened',
      'repo:refs_changed',
      'pr:from_ref_updated',
    ]);
    expect(told[2]).to.include({ previousFromHash: head });
    expect(told[2]).to.have.nested.property('pullRequest.fromRef.latestCommit', latestCommit);
    expect((await refs())['refs/pull-requests/1/from']).to.equal(latestCommit);
  });

  it('pr:modified: another title', async () => {
    await open();
    hosted.standIn.pullRequests.edit(repository, 1, 'ben', { title: 'Better' });
    const told = (await heard())[1];
    expect(told).to.include({ eventKey: 'pr:modified' });
    expect(told).to.have.nested.property('pullRequest.title', 'Better');
    expect(told).to.have.nested.property('actor.name', 'ben');
  });

  it('pr:merged: after the change of the target, with the merge commit', async () => {
    await open();
    hosted.pass(60);
    const commit = await hosted.standIn.pullRequests.merge(repository, 1, 'boss');
    const told = await heard();
    expect(told.map(({ eventKey }) => eventKey)).to.deep.equal([
      'pr:opened',
      'repo:refs_changed',
      'pr:merged',
    ]);
    expect(told[2]!.pullRequest).to.deep.include({
      ...{ state: 'MERGED', open: false, closed: true, closedDate: 1_800_000_060_000 },
      properties: { mergeCommit: { id: commit, displayId: commit.slice(0, 11) } },
    });
    expect(await hosted.standIn.repositories.commit(repository, 'main')).to.equal(commit);
  });

  it('pr:declined: by a person, or since the source branch is gone', async () => {
    await open();
    hosted.standIn.pullRequests.decline(repository, 1, 'ben');
    await open();
    await hosted.standIn.repositories.deleteBranch({ repository, name: 'feature/a', user: 'ana' });
    const declined = (await heard()).filter(({ eventKey }) => eventKey === 'pr:declined');
    expect(declined).to.have.lengthOf(2);
    for (const { pullRequest } of declined) {
      expect(pullRequest).to.include({ state: 'DECLINED', closed: true, closedDate: 1_800_000_000_000 });
    }
  });

  it('pr:deleted: the state as it was, and nothing left', async () => {
    await open();
    await hosted.standIn.pullRequests.remove(repository, 1, 'ana');
    const told = (await heard())[1];
    expect(told).to.include({ eventKey: 'pr:deleted' });
    expect(told).to.have.nested.property('pullRequest.state', 'OPEN');
    expect(await refs()).to.deep.equal({});
    expect(refusalOf(await get('/1'))).to.include({ status: 404 });
  });

  it('follows the target branch with its preview, and has none on a conflict', async () => {
    await open();
    const before = (await refs())['refs/pull-requests/1/merge'];
    await push('main', { 'm.txt': 'm\n' });
    const after = (await refs())['refs/pull-requests/1/merge'];
    expect(after)
      .to.match(/^[0-9a-f]{40}$/)
      .and.not.equal(before);
    expect(bodyOf(await get('/1/merge'))).to.include({ canMerge: true, conflicted: false });
    await push('main', { 'a.txt': 'other\n' });
    expect(Object.keys(await refs())).to.deep.equal(['refs/pull-requests/1/from']);
    expect(bodyOf(await get('/1/merge'))).to.include({ canMerge: false, conflicted: true });
    const outcome = await hosted.standIn.pullRequests.merge(repository, 1, 'ana').catch(String);
    expect(outcome).to.include('has conflicts');
  });

  it('C1 row 24: comes from a fork, whose pushes update it', async () => {
    const fork = await hosted.standIn.repositories.fork({ repository, user: 'ben' });
    expect(fork).to.equal('~ben/widget');
    const pushed = (content: string) =>
      hosted.standIn.repositories.push({
        repository: fork,
        branch: 'mine',
        user: 'ben',
        files: { 'f.txt': content },
      });
    const first = await pushed('1');
    const { id } = await open({ repository: fork, branch: 'mine' });
    expect((await refs())[`refs/pull-requests/${id}/from`]).to.equal(first);
    const second = await pushed('2');
    const told = (await heard()).at(-1);
    expect(told).to.include({ eventKey: 'pr:from_ref_updated', previousFromHash: first });
    expect(told).to.have.nested.property('pullRequest.fromRef.repository.project.type', 'PERSONAL');
    expect(told).to.have.nested.property('pullRequest.fromRef.repository.origin.slug', 'widget');
    expect((await refs())[`refs/pull-requests/${id}/from`]).to.equal(second);
  });

  it('are opened, merged and declined over REST by those who may', async () => {
    const ask = (method: string, path: string, user: string, json?: unknown) =>
      hosted.rest(method, `${hosted.inRepository}/pull-requests${path}`, { user, json });
    const sides = { fromRef: { id: 'refs/heads/feature/a' }, toRef: { id: 'refs/heads/main' } };
    expect((await ask('POST', '', 'ben', { title: '', ...sides })).status).to.equal(400);
    const opened = await ask('POST', '', 'ben', { title: 'Add a', ...sides });
    expect(opened.status).to.equal(201);
    expect((await ask('POST', '', 'ben', { title: 'Again', ...sides })).status).to.equal(409);
    expect((await ask('POST', '/1/merge?version=0', 'ben')).status).to.equal(401);
    expect((await ask('POST', '/1/merge?version=9', 'ana')).status).to.equal(409);
    const merged = await ask('POST', '/1/merge?version=0', 'ana');
    expect(bodyOf(merged)).to.include({ state: 'MERGED', version: 1 });
    expect(refusalOf(await ask('POST', '/1/decline?version=1', 'ana'))).to.deep.include({
      ...{ status: 409, exceptionName: 'com.atlassian.bitbucket.pull.IllegalPullRequestStateException' },
    });
  });

  it('between branches that do not differ, or are not there, there is none', async () => {
    await hosted.standIn.repositories.createBranch({ repository, name: 'same', at: 'main', user: 'ana' });
    expect(await open('same').catch(String)).to.include('up to date');
    expect(await open('gone').catch(String)).to.include('no such branch');
  });
});
