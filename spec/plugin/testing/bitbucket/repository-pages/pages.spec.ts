import { expect } from 'chai';
import { createBrowser, type MiniBrowser, type Page } from '../../../../../plugin/testing/index.js';
import { buildPath, hostedPair, type HostedPair } from './hosted-pair.js';

const inRepository = '/projects/SHOP/repos/widget';

describe('pages about what the stand-in hosts', () => {
  let pair: HostedPair;

  beforeEach(async () => {
    pair = await hostedPair();
  });
  afterEach(() => pair.stop());

  const visit = async (path: string, user = 'ana'): Promise<Page> =>
    (await pair.standIn.as(user)).get(pair.standIn.url + path);
  /** The form of this button: each has one of its own. */
  const press = (browser: MiniBrowser, page: Page, label: string): Promise<Page> => {
    const form = page.forms.findIndex(({ buttons }) => buttons.some((button) => button.label === label));
    return browser.submit(page, { form });
  };

  it('lead from the projects to a commit', async () => {
    expect((await visit('/')).text).to.include('href="' + pair.standIn.url + '/projects"');
    expect((await visit('/projects')).text).to.include('/projects/SHOP"');
    expect((await visit('/projects/SHOP')).text).to.include(`${inRepository}/browse"`);
    await pair.standIn.repositories.fork({ repository: pair.repository, user: 'ben' });
    expect((await visit('/users/ben')).text).to.include('/projects/~ben/repos/widget/browse"');
    const repository = await visit(`${inRepository}/browse`);
    expect(repository.text).to.include('/scm/shop/widget.git').and.include('refs/heads/main');
  });

  it('C1 row 26: the addresses of branches and tags show their commits with the states of their builds', async () => {
    await pair.tell('FAILED');
    const { repository } = pair;
    await pair.standIn.repositories.tag({ repository, name: 'v1', at: 'feature/a', user: 'ana' });
    for (const ref of ['refs/heads/feature/a', 'refs/tags/v1']) {
      const query = new URLSearchParams({ sourceBranch: ref }).toString();
      const page = await visit(`${inRepository}/compare/commits?${query}`);
      expect(page.text).to.include(pair.commit).and.include('FAILED').and.include('Add &lt;b&gt;');
    }
    expect((await visit(`${inRepository}/browse`)).text).not.to.include('FAILED');
  });

  it('C7: run the build again from its commit, with the dance on the way, as whoever pressed', async () => {
    await pair.tell('SUCCESSFUL');
    const browser = await pair.standIn.as('ben');
    const first = await browser.get(pair.commitUrl);
    expect(first.text).to.include('40 passed, 1 failed, 2 skipped').and.include('shop » feature/a');
    const asked = await press(browser, first, 'Run build again');
    expect(asked.text).to.include('Authorisation needed');
    expect(pair.provider.received).to.deep.equal([]);
    const dance = /href="([^"]*applicationLinkID[^"]*)"/.exec(asked.text)![1]!.replaceAll('&amp;', '&');
    const back = await browser.get(dance);
    expect(back.url).to.equal(pair.commitUrl);
    const done = await press(browser, back, 'Run build again');
    expect(done.text).to.include('The build was started').and.include('201');
    expect(pair.provider.to(`${buildPath}/build`)).to.have.lengthOf(1);
    expect(pair.standIn.token(pair.linkId, 'ben')?.kind).to.equal('access');
  });

  it('C7: stop a build that is under way', async () => {
    await pair.dance('ana');
    await pair.tell('INPROGRESS');
    const browser = await pair.standIn.as('ana');
    await press(browser, await browser.get(pair.commitUrl), 'Stop build');
    expect(pair.provider.to(`${buildPath}/15/stop`)).to.have.lengthOf(1);
  });

  it('show a pull request with the builds of its source, merge and decline it', async () => {
    const { repository } = pair;
    await pair.tell('SUCCESSFUL');
    await pair.standIn.pullRequests.open({ repository, from: 'feature/a', user: 'ana', title: 'A < B' });
    expect((await visit(`${inRepository}/pull-requests`, 'ben')).text).to.include('#1 A &lt; B');
    const path = `${inRepository}/pull-requests/1`;
    const bens = await visit(path, 'ben');
    expect(bens.text).to.include('SUCCESSFUL').and.not.include('Decline');
    const browser = await pair.standIn.as('ana');
    const page = await browser.get(pair.standIn.url + path);
    const merged = await press(browser, page, 'Merge');
    expect(merged.url).to.equal(pair.standIn.url + path);
    expect(merged.text).to.include('MERGED').and.not.include('Decline');
    expect((await press(browser, page, 'Decline')).status).to.equal(409);
    expect(pair.standIn.pullRequests.get(repository, 1).state).to.equal('MERGED');
  });

  it('list webhooks with their deliveries for an administrator, test them and deliver again', async () => {
    const { repository, standIn } = pair;
    pair.provider.replies['/hook'] = { status: 200 };
    const url = `${pair.provider.url}/hook`;
    standIn.webhooks.register(repository, {
      name: 'ci',
      url,
      events: ['repo:refs_changed'],
      secret: 's3cr3t',
    });
    await standIn.repositories.push({ repository, branch: 'main', user: 'ana', files: { b: 'b' } });
    await standIn.webhooks.settled();
    const path = `/plugins/servlet/webhooks${inRepository}`;
    expect((await visit(path, 'ana')).status).to.equal(401);
    const browser = await standIn.as('admin');
    const page = await browser.get(standIn.url + path);
    expect(page.text).to.include(url).and.include('repo:refs_changed').and.not.include('s3cr3t');
    const tested = await press(browser, page, 'Test connection');
    expect(tested.text).to.include('diagnostics:ping');
    await press(browser, page, 'Redeliver');
    await standIn.webhooks.settled();
    expect(pair.provider.to('/hook').map(({ headers }) => headers['x-event-key'])).to.deep.equal([
      ...['repo:refs_changed', 'diagnostics:ping', 'repo:refs_changed'],
    ]);
  });

  it('take no form that did not come from the session', async () => {
    await pair.standIn.pullRequests.open({ repository: pair.repository, from: 'feature/a', user: 'ana' });
    const browser = await pair.standIn.as('ana');
    for (const path of ['/pull-requests/1/merge', `/commits/${pair.commit}/run`]) {
      const fields = { key: 'shop/feature%2Fa', id: 'ScheduleBuildAction' };
      expect((await browser.post(pair.standIn.url + inRepository + path, fields)).status).to.equal(403);
    }
    expect(pair.standIn.pullRequests.get(pair.repository, 1).state).to.equal('OPEN');
  });

  it('ask whoever has not logged in to do so, and say no to the others', async () => {
    const stranger = await createBrowser().get(pair.commitUrl);
    expect(stranger.url).to.include('/login?next=');
    pair.standIn.repositories.grant(pair.repository, 'ben', 'NONE');
    expect((await visit(`${inRepository}/browse`, 'ben')).status).to.equal(401);
    expect((await visit('/projects/SHOP/repos/gone', 'ben')).status).to.equal(404);
    expect((await visit(`${inRepository}/commits/${'2'.repeat(40)}`)).status).to.equal(404);
  });
});
