import { expect } from 'chai';
import { basic } from '../hosted-repository.js';
import { ask } from '../provider/calling-app.js';
import { buildPath, hostedPair, type HostedPair } from './hosted-pair.js';

const key = 'shop/feature%2Fa';

describe('C7: build actions on builds that a status told of', () => {
  let pair: HostedPair;

  beforeEach(async () => {
    pair = await hostedPair();
  });
  afterEach(() => pair.stop());

  const rest = async (method: string, json?: unknown) => {
    const headers = { Authorization: basic('ana', 'ana'), 'Content-Type': 'application/json' };
    const query = method === 'GET' ? `?${new URLSearchParams({ key }).toString()}` : '';
    const answer = await ask(
      method,
      pair.operationsUrl + query,
      headers,
      json === undefined ? undefined : JSON.stringify(json),
    );
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
  };

  it('steps 1 to 5: authorisation required, the dance, and a signed POST <job URL>build', async () => {
    await pair.tell('SUCCESSFUL');
    expect((await rest('GET')).body).to.deep.equal({
      ...{ isAuthorizationRequired: true, buildServerId: pair.provider.url, actions: [] },
    });
    const query = new URLSearchParams({ callbackUrl: '/dashboard', buildServerId: pair.provider.url });
    const browser = await pair.standIn.as('ana');
    await browser.get(`${pair.standIn.url}/rest/ui/latest/build-server/authorize?${query.toString()}`);
    expect((await rest('GET')).body).to.deep.include({
      ...{
        isAuthorizationRequired: false,
        actions: [{ id: 'ScheduleBuildAction', name: 'Run build again' }],
      },
    });
    expect(await rest('POST', { id: 'ScheduleBuildAction', key })).to.deep.equal({ status: 200, body: {} });
    const [build] = pair.provider.to(`${buildPath}/build`);
    expect(build!.method).to.equal('POST');
    expect(build!.headers.authorization).to.match(/^OAuth oauth_token="at-1"/);
  });

  it('stop is offered while the build is under way, and posted below its own address', async () => {
    await pair.dance('ana');
    await pair.tell('INPROGRESS');
    expect((await rest('GET')).body.actions).to.deep.equal([
      { id: 'ScheduleBuildAction', name: 'Run build again' },
      { id: 'StopBuildAction', name: 'Stop build' },
    ]);
    expect((await rest('POST', { id: 'StopBuildAction', key })).status).to.equal(200);
    expect(pair.provider.to(`${buildPath}/15/stop`)).to.have.lengthOf(1);
    await pair.tell('CANCELLED');
    expect((await rest('POST', { id: 'StopBuildAction', key })).status).to.equal(409);
    expect(pair.provider.to(`${buildPath}/15/stop`)).to.have.lengthOf(1);
  });

  it('are none of a build whose address lies below no link, or has no number', async () => {
    await pair.tell('SUCCESSFUL');
    const link = pair.standIn.link(pair.linkId)!;
    Object.assign(link, { rpcUrl: `${pair.provider.url}/other`, displayUrl: `${pair.provider.url}/other` });
    expect((await rest('GET')).status).to.equal(404);
    expect((await rest('POST', { id: 'ScheduleBuildAction', key })).status).to.equal(404);
  });

  it('go to the address for calls when people see another one', async () => {
    await pair.dance('ana');
    await pair.tell('SUCCESSFUL');
    const link = pair.standIn.link(pair.linkId)!;
    Object.assign(link, { displayUrl: pair.provider.url, rpcUrl: `${pair.provider.url}/inner` });
    pair.provider.replies[`/inner${buildPath}/build`] = { status: 201 };
    expect((await rest('POST', { id: 'ScheduleBuildAction', key })).status).to.equal(200);
    expect(pair.provider.to(`/inner${buildPath}/build`)).to.have.lengthOf(1);
  });
});
