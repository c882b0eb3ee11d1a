import { expect } from 'chai';
import { bodyOf, hostedRepository, tokenFor, type HostedRepository } from '../hosted-repository.js';

describe('C5: capability documents of the stand-in', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository({ contextPath: '/bitbucket' });
  });
  afterEach(() => hosted.stop());

  /** What the first document leads to, by name. */
  const read = async (): Promise<Record<string, unknown>> => {
    const { capabilities } = bodyOf(await hosted.rest('GET', '/rest/capabilities')) as {
      capabilities: Record<string, string>;
    };
    const documents = Object.entries(capabilities).map(async ([name, url]) => {
      expect(url.startsWith(`${hosted.standIn.url}/rest/`)).to.equal(true);
      return [name, bodyOf(await hosted.rest('GET', url.slice(hosted.standIn.url.length)))];
    });
    return Object.fromEntries((await Promise.all(documents)) as [string, unknown][]);
  };

  it('C1 row 3: names the user of a token, and the application', async () => {
    const authorization = `Bearer ${tokenFor(hosted, 'ana', 'PROJECT_ADMIN')}`;
    const answer = await hosted.rest('GET', '/rest/capabilities', { authorization });
    expect(answer.header('X-AUSERNAME')).to.equal('ana');
    expect(bodyOf(answer)).to.include({ application: 'stash' });
  });

  it('C1 row 3: a token that does not count names nobody', async () => {
    const answer = await hosted.rest('GET', '/rest/capabilities', { authorization: 'Bearer wrong' });
    expect([answer.status, answer.header('X-AUSERNAME')]).to.deep.equal([200, undefined]);
  });

  it('leads to one document for each capability', async () => {
    const { webhooks, build, deployment } = await read();
    expect(build).to.deep.equal({ buildStatus: ['richBuildStatus', 'cancelledStatus'] });
    expect(deployment).to.deep.equal({});
    expect((webhooks as Record<string, string[]>)['application-webhooks']).to.include.members([
      ...['repo:refs_changed', 'pr:opened', 'pr:from_ref_updated', 'mirror:repo_synchronized'],
    ]);
  });

  it('an older version has fewer of them', async () => {
    const { capabilities } = hosted.standIn;
    Object.assign(capabilities, { cancelledStatus: false, deployments: false, webhookEvents: ['pr:opened'] });
    expect(await read()).to.deep.equal({
      webhooks: { 'application-webhooks': ['pr:opened'] },
      build: { buildStatus: ['richBuildStatus'] },
    });
    Object.assign(capabilities, { richBuildStatus: false, webhookEvents: undefined });
    expect(await read()).to.deep.equal({});
    for (const path of ['/rest/webhooks/latest', '/rest/api/latest/build', '/rest/api/latest/deployment']) {
      expect((await hosted.rest('GET', `${path}/capabilities`)).status).to.equal(404);
    }
  });
});
