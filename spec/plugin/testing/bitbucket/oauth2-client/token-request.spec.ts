import { expect } from 'chai';
import { endpoints, outgoingPair, refusal, tokens, type OutgoingPair } from './outgoing-pair.js';

describe('O4: token request', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair()));
  afterEach(() => pair.stop());

  const last = () => pair.tokenRequests().at(-1)!;

  it('exchanges a code with credentials and scopes in the body, and no verifier', async () => {
    await pair.test();
    expect(last().method).to.equal('POST');
    expect([...last().query]).to.deep.equal([]);
    expect(Object.fromEntries(last().form)).to.deep.equal({
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: pair.client.redirectUri(pair.link.authorizationEndpoint),
      client_id: 'client-1',
      client_secret: 'secret & 1',
      scope: 'read write',
    });
  });

  it('refreshes with credentials and the scopes of today, and without a redirect URI', async () => {
    const token = await pair.authorized();
    pair.client.edit(pair.id, { scopes: ['write', 'admin'] });
    await pair.client.useToken(token.id);
    expect(Object.fromEntries(last().form)).to.deep.equal({
      grant_type: 'refresh_token',
      refresh_token: 'rt-1',
      client_id: 'client-1',
      client_secret: 'secret & 1',
      scope: 'admin write',
    });
  });

  it('sends its three headers, the agent of a JVM, and no Authorization', async () => {
    await pair.test();
    expect(last().headers).to.include({
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      accept: 'application/json',
      'x-atlassian-token': 'no-check',
    });
    expect(last().headers['user-agent']).to.match(/^Java\//);
    expect(last().headers).not.to.have.property('authorization');
  });

  it('sends an empty User-Agent when that is switched on', async () => {
    pair.client.switches.emptyUserAgent = true;
    await pair.test();
    expect(last().headers['user-agent']).to.equal('');
  });

  it('has no order that could be relied on', async () => {
    const token = await pair.authorized();
    for (let round = 0; round < 12; round += 1) await pair.client.useToken(token.id);
    const orders = new Set(pair.tokenRequests().map(({ form }) => [...form.keys()].join()));
    expect(orders.size).to.be.greaterThan(2);
  });

  for (const status of [301, 302, 303]) {
    it(`follows ${status} with a GET without the body`, async () => {
      pair.remote.replies[endpoints.token] = { status, headers: { Location: '/moved' } };
      pair.remote.replies['/moved'] = refusal('The token endpoint wants POST.', 405);
      expect(await pair.test()).to.include({ outcome: 'error', error: 'The token endpoint wants POST.' });
      expect(pair.remote.to('/moved')[0]).to.include({ method: 'GET', body: '' });
    });
  }

  it('follows 307 with the same POST', async () => {
    pair.remote.replies[endpoints.token] = { status: 307, headers: { Location: '/moved' } };
    pair.remote.replies['/moved'] = tokens();
    expect(await pair.test()).to.include({ outcome: 'success' });
    expect(pair.remote.to('/moved')[0]?.form.get('grant_type')).to.equal('authorization_code');
  });

  it('does not follow to another scheme, nor without end', async () => {
    pair.remote.replies[endpoints.token] = { status: 302, headers: { Location: 'https://127.0.0.1:1/' } };
    expect(await pair.test()).to.include({ outcome: 'error', error: '' });
    pair.remote.replies[endpoints.token] = { status: 302, headers: { Location: endpoints.token } };
    const before = pair.tokenRequests().length;
    const { error } = await pair.test();
    expect(error).to.include('redirected too many times');
    expect(pair.tokenRequests().length - before).to.equal(21);
  });

  it('gives up after its deadline', async () => {
    pair.client.switches.timeoutMs = 50;
    pair.client.edit(pair.id, { tokenEndpoint: `${pair.standIn.url}/slow` });
    pair.standIn.faults.answer('/slow', { delayMs: 2_000 });
    expect((await pair.test()).outcome).to.equal('error');
  });
});
