import { expect } from 'chai';
import {
  bodyOf,
  hostedRepository,
  refusalOf,
  tokenFor,
  valuesOf,
  type HostedRepository,
} from '../hosted-repository.js';

const api = '/rest/api/1.0';

describe('projects and repositories of the stand-in over REST', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
  });
  afterEach(() => hosted.stop());

  const namesOf = async (path: string): Promise<unknown[]> =>
    valuesOf(await hosted.rest('GET', api + path, { user: 'ben' })).map(({ name }) => name);

  it('C1 row 4: finds projects by a part of their name, whatever the case', async () => {
    hosted.standIn.repositories.createProject({ key: 'WORK', name: 'Workshop' });
    expect(await namesOf('/projects?name=SHO')).to.deep.equal(['Shop', 'Workshop']);
    expect(await namesOf('/projects?name=none')).to.deep.equal([]);
  });

  it('C1 row 5: finds repositories by a part of their name and of their project', async () => {
    const { repositories } = hosted.standIn;
    await repositories.createRepository({ project: 'SHOP', name: 'widget tools' });
    repositories.createProject({ key: 'WORK', name: 'Workshop' });
    await repositories.createRepository({ project: 'WORK', name: 'widget' });
    expect(await namesOf('/repos?projectname=Shop&name=widget')).to.deep.equal([
      'widget',
      'widget tools',
      'widget',
    ]);
    expect(await namesOf('/repos?projectname=works&name=WID')).to.deep.equal(['widget']);
    expect(await namesOf('/projects/SHOP/repos')).to.deep.equal(['widget', 'widget tools']);
  });

  it('C1 row 6: finds them by key and slug, whatever the case', async () => {
    const project = bodyOf(await hosted.rest('GET', `${api}/projects/shop`, { user: 'ben' }));
    expect(project).to.include({ key: 'SHOP', name: 'Shop', public: false, type: 'NORMAL' });
    const repository = bodyOf(await hosted.rest('GET', `${api}/projects/shop/repos/Widget`, { user: 'ben' }));
    expect(repository).to.include({ slug: 'widget', scmId: 'git', state: 'AVAILABLE' });
    expect(repository.links).to.deep.equal({
      clone: [
        { href: `${hosted.standIn.url}/scm/shop/widget.git`, name: 'http' },
        { href: 'ssh://git@127.0.0.1:7999/shop/widget.git', name: 'ssh' },
      ],
      self: [{ href: `${hosted.standIn.url}/projects/SHOP/repos/widget/browse` }],
    });
  });

  const absent: [path: string, exceptionName: string][] = [
    ['/projects/GONE', 'com.atlassian.bitbucket.project.NoSuchProjectException'],
    ['/projects/GONE/repos/r', 'com.atlassian.bitbucket.repository.NoSuchRepositoryException'],
    ['/projects/SHOP/repos/gone', 'com.atlassian.bitbucket.repository.NoSuchRepositoryException'],
    ['/projects/SHOP/repos/gone/branches', 'com.atlassian.bitbucket.repository.NoSuchRepositoryException'],
  ];
  for (const [path, exceptionName] of absent) {
    it(`C1 row 6: answers 404 and why for ${path}, and 401 to nobody`, async () => {
      const answer = await hosted.rest('GET', api + path, { user: 'ben' });
      expect(refusalOf(answer)).to.deep.equal({ status: 404, context: null, exceptionName });
      expect((await hosted.rest('GET', api + path)).status).to.equal(401);
    });
  }

  it('C1 row 8: hides a repository from a user without permission and from a scope that is too small', async () => {
    hosted.standIn.repositories.grant(hosted.repository, 'ben', 'NONE');
    const refused = refusalOf(await hosted.rest('GET', hosted.inRepository, { user: 'ben' }));
    expect(refused).to.include({
      status: 401,
      exceptionName: 'com.atlassian.bitbucket.AuthorisationException',
    });
    expect(valuesOf(await hosted.rest('GET', `${api}/repos`, { user: 'ben' }))).to.deep.equal([]);
    const authorization = `Bearer ${tokenFor(hosted, 'ana', 'PUBLIC_REPOS')}`;
    expect((await hosted.rest('GET', hosted.inRepository, { authorization })).status).to.equal(401);
  });

  it('pages lists by start and limit, and caps the limit', async () => {
    for (const name of ['a', 'b', 'c']) {
      await hosted.standIn.repositories.createRepository({ project: 'SHOP', name });
    }
    const page = async (query: string) =>
      bodyOf(await hosted.rest('GET', `${api}/projects/SHOP/repos?${query}`, { user: 'ben' }));
    const first = await page('limit=3');
    expect(first).to.include({ size: 3, limit: 3, start: 0, isLastPage: false, nextPageStart: 3 });
    const last = await page('limit=3&start=3');
    expect(last)
      .to.include({ size: 1, limit: 3, start: 3, isLastPage: true })
      .and.not.have.property('nextPageStart');
    expect((last.values as { name: string }[])[0]!.name).to.equal('c');
    expect((await page('limit=3&start=9')).values).to.deep.equal([]);
    expect(await page('limit=5000&start=x')).to.include({ limit: 1000, start: 0 });
  });

  it('are made by administrators, each once', async () => {
    const create = async (path: string, user: string, json: unknown) =>
      (await hosted.rest('POST', api + path, { user, json })).status;
    expect(await create('/projects', 'boss', { key: 'NEW', name: 'New' })).to.equal(201);
    expect(await create('/projects', 'boss', { key: 'new' })).to.equal(409);
    expect(await create('/projects/NEW/repos', 'ana', { name: 'one' })).to.equal(401);
    expect(await create('/projects/NEW/repos', 'boss', { name: 'Number one' })).to.equal(201);
    expect(await create('/projects/NEW/repos', 'boss', { name: 'number one' })).to.equal(409);
    expect(await create('/projects/NEW/repos', 'boss', {})).to.equal(400);
    expect(hosted.standIn.repositories.list()).to.include('NEW/number-one');
  });

  it('answers 400 to a path that is no UTF-8', async () => {
    expect((await hosted.rest('GET', `${api}/projects/%ff`, { user: 'ben' })).status).to.equal(400);
  });
});
