/** Rows of jenkins-integration.md C8. */
import { expect } from 'chai';
import type { Deployment } from 'express-applinks/bitbucket';
import { repository, startBitbucketCi, type BitbucketCi } from '../../support/bitbucket-ci.js';

const commit = 'A'.repeat(40);

describe('Deployments (C8)', () => {
  let ci: BitbucketCi;
  beforeEach(async () => {
    ci = await startBitbucketCi();
  });
  afterEach(() => ci.close());

  const deployment = (changes: Partial<Deployment> = {}): Deployment => ({
    ...{ linkId: ci.link.id, ...repository, commit, key: 'shop', sequenceNumber: 15, state: 'SUCCESSFUL' },
    ...{ url: 'https://ci.example.test/job/shop/15/', displayName: 'shop' },
    description: 'shop successfully deployed to Live',
    environment: {
      key: 'live-eu',
      displayName: 'Live',
      type: 'production',
      url: 'https://shop.example.test',
    },
    ...changes,
  });
  const post = async (changes: Partial<Deployment> = {}) => {
    expect(await ci.bitbucket.postDeployment(deployment(changes))).to.equal(true);
    await ci.app.applinks.tick();
    return ci.peer.states.at(-1)!;
  };
  const environment = { key: 'live-eu', displayName: 'Live' };

  it('call and body', async () => {
    expect(await post()).to.deep.equal({
      ...{ deploymentSequenceNumber: 15, description: 'shop successfully deployed to Live' },
      ...{
        displayName: 'shop',
        key: 'shop',
        state: 'SUCCESSFUL',
        url: 'https://ci.example.test/job/shop/15/',
      },
      environment: { ...environment, type: 'PRODUCTION', url: 'https://shop.example.test' },
    });
    const path = `/bb/rest/api/1.0/projects/SHOP/repos/widget/commits/${commit.toLowerCase()}/deployments`;
    expect(ci.peer.received.at(-1)).to.include({ method: 'POST', path });
    expect(ci.heard).to.deep.equal([
      {
        ...{ name: 'deployment.posted', linkId: ci.link.id, commit: commit.toLowerCase(), key: 'shop' },
        state: 'SUCCESSFUL',
      },
    ]);
  });

  it('only when the deployment capability exists; otherwise given up with an event', async () => {
    ci.peer.capabilities = { build: {} };
    expect(await ci.bitbucket.postDeployment(deployment())).to.equal(true);
    await ci.app.applinks.tick();
    expect(ci.peer.states).to.deep.equal([]);
    expect(ci.heard.at(-1)).to.deep.include({
      ...{ name: 'deployment.given_up', reason: 'This server knows no deployments.' },
    });
  });

  for (const state of ['PENDING', 'IN_PROGRESS', 'CANCELLED', 'FAILED', 'ROLLED_BACK', 'UNKNOWN'] as const) {
    it(`states: ${state}`, async () => {
      expect((await post({ state })).state).to.equal(state);
    });
  }

  it('environment type: unknown or absent → none', async () => {
    for (const type of ['HEAVEN', '', undefined]) {
      const given = { ...environment, ...(type === undefined ? {} : { type }) };
      expect((await post({ environment: given })).environment).to.deep.equal(environment);
    }
  });

  it('environment URL: no absolute one, or longer than 1024 → dropped', async () => {
    for (const url of ['/live', 'javascript:alert(1)', `https://shop.example.test/${'x'.repeat(1000)}`])
      expect((await post({ environment: { ...environment, url } })).environment).to.deep.equal(environment);
  });

  it('limits: keys end in a hash, names and the description are cut, an address is never', async () => {
    const long = 'x'.repeat(2000);
    const shortUrl = 'https://ci.example.test/b/1';
    const told = await post({
      ...{
        key: long,
        displayName: long,
        description: long,
        url: `https://ci.example.test/${long}`,
        shortUrl,
      },
      environment: { key: long, displayName: long },
    });
    const there = told.environment as Record<string, string>;
    for (const key of [told.key, there.key])
      expect(key)
        .to.have.length(255)
        .and.match(/^x+-[0-9a-f]{32}$/);
    for (const text of [told.displayName, told.description, there.displayName])
      expect(text).to.equal(`${'x'.repeat(254)}…`);
    expect(told.url).to.equal(shortUrl);
  });

  it('of one deployment the newest unsent state counts; others are others', async () => {
    await ci.bitbucket.postDeployment(deployment({ state: 'IN_PROGRESS' }));
    await ci.bitbucket.postDeployment(deployment({ sequenceNumber: 14, state: 'ROLLED_BACK' }));
    await ci.bitbucket.postDeployment(deployment());
    await ci.app.applinks.tick();
    const told = ci.peer.states.map(({ deploymentSequenceNumber: number, state }) => [number, state]);
    expect(told).to.have.deep.members([
      [15, 'SUCCESSFUL'],
      [14, 'ROLLED_BACK'],
    ]);
  });

  it('all but type and URL of the environment are required; what lacks one never throws', async () => {
    for (const wrong of [
      { displayName: '' },
      { description: ' ' },
      { environment: { ...environment, key: '' } },
    ])
      expect(await ci.bitbucket.postDeployment(deployment(wrong))).to.equal(false);
    expect(ci.heard.every(({ name }) => name === 'deployment.given_up')).to.equal(true);
  });
});
