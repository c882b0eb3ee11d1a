import { expect } from 'chai';
import { bodyOf, hostedRepository, refusalOf, type HostedRepository } from '../hosted-repository.js';

const environment = {
  ...{ key: 'live-eu', displayName: 'Live', type: 'PRODUCTION', url: 'https://shop.example.test' },
};
const deployment = {
  ...{ deploymentSequenceNumber: 15, description: 'shop successfully deployed to Live', displayName: 'shop' },
  ...{ key: 'shop', state: 'SUCCESSFUL', url: 'https://ci.example.test/job/shop/15/', environment },
};

describe('C8: deployments at the stand-in', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
  });
  afterEach(() => hosted.stop());

  const post = (json: unknown, commit = hosted.first) =>
    hosted.rest('POST', `${hosted.inRepository}/commits/${commit}/deployments`, { user: 'ben', json });

  it('answer: 200 with the stored deployment, one for each key, environment and number', async () => {
    const answer = await post({ ...deployment, state: 'IN_PROGRESS' });
    expect(answer.status).to.equal(200);
    expect(bodyOf(answer)).to.deep.include({
      ...deployment,
      state: 'IN_PROGRESS',
      lastUpdated: 1_800_000_000_000,
    });
    expect(bodyOf(answer)).to.have.nested.property('repository.slug', 'widget');
    await post(deployment);
    await post({ ...deployment, deploymentSequenceNumber: 16, state: 'ROLLED_BACK' });
    const kept = hosted.standIn.buildStatuses.deployments.map(({ state }) => state);
    expect(kept).to.deep.equal(['SUCCESSFUL', 'ROLLED_BACK']);
    const path = `${hosted.inRepository}/commits/${hosted.first}/deployments`;
    const asked = new URLSearchParams({
      key: 'shop',
      environmentKey: 'live-eu',
      deploymentSequenceNumber: '15',
    });
    const read = await hosted.rest('GET', `${path}?${asked.toString()}`, { user: 'ben' });
    expect(bodyOf(read)).to.deep.include(deployment);
    asked.set('environmentKey', 'other');
    expect((await hosted.rest('GET', `${path}?${asked.toString()}`, { user: 'ben' })).status).to.equal(404);
  });

  it('type and URL of the environment are optional', async () => {
    const { key, displayName } = environment;
    expect((await post({ ...deployment, environment: { key, displayName } })).status).to.equal(200);
  });

  for (const state of [
    'PENDING',
    'IN_PROGRESS',
    'CANCELLED',
    'FAILED',
    'ROLLED_BACK',
    'SUCCESSFUL',
    'UNKNOWN',
  ]) {
    it(`states: ${state}`, async () => {
      expect((await post({ ...deployment, state })).status).to.equal(200);
    });
  }

  const wrong: [name: string, change: object, context: string][] = [
    ...Object.keys(deployment).map((field): [string, object, string] => [
      `no ${field}`,
      { [field]: undefined },
      field,
    ]),
    ['a description over 255', { description: 'd'.repeat(256) }, 'description'],
    ['a display name over 255', { displayName: 'd'.repeat(256) }, 'displayName'],
    ['a key over 255', { key: 'k'.repeat(256) }, 'key'],
    ['a URL over 1024', { url: `https://ci.example.test/${'x'.repeat(1024)}` }, 'url'],
    ['an unknown state', { state: 'DONE' }, 'state'],
    ['a number that is text', { deploymentSequenceNumber: '15' }, 'deploymentSequenceNumber'],
    ['an environment without a name', { environment: { key: 'live' } }, 'environment.displayName'],
    [
      'an environment key over 255',
      { environment: { ...environment, key: 'k'.repeat(256) } },
      'environment.key',
    ],
    [
      'an unknown environment type',
      { environment: { ...environment, type: 'production' } },
      'environment.type',
    ],
    ['a relative environment URL', { environment: { ...environment, url: '/shop' } }, 'environment.url'],
  ];
  for (const [name, change, context] of wrong) {
    it(`400 for ${name}, under the field's name`, async () => {
      expect(refusalOf(await post({ ...deployment, ...change }))).to.include({ status: 400, context });
      expect(hosted.standIn.buildStatuses.deployments).to.deep.equal([]);
    });
  }

  it('401 to nobody, 404 for an unknown commit and without the capability', async () => {
    const path = `${hosted.inRepository}/commits/${hosted.first}/deployments`;
    expect((await hosted.rest('POST', path, { json: deployment })).status).to.equal(401);
    expect((await post(deployment, '2'.repeat(40))).status).to.equal(404);
    hosted.standIn.capabilities.deployments = false;
    expect((await post(deployment)).status).to.equal(404);
  });
});
