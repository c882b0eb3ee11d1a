import { expect } from 'chai';
import { endpoints, outgoingPair, type OutgoingPair } from './outgoing-pair.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('O2: authorization request', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair()));
  afterEach(() => pair.stop());

  /** As it went over the wire. */
  async function sent(changes: Parameters<OutgoingPair['client']['edit']>[1] = {}) {
    pair.client.edit(pair.id, changes);
    const { page } = await pair.test();
    const url = page.visited.find((visited) => visited.startsWith(pair.remote.url + endpoints.authorize));
    return {
      url: url ?? '',
      query: pair.remote.to(endpoints.authorize).at(-1)?.query ?? new URLSearchParams(),
    };
  }

  it('carries exactly six parameters: sorted scopes, a UUID as state, select_account, and no PKCE', async () => {
    const { query } = await sent();
    const { state, ...rest } = Object.fromEntries(query);
    expect(state).to.match(uuid);
    expect(rest).to.deep.equal({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: pair.client.redirectUri(pair.link.authorizationEndpoint),
      scope: 'read write',
      prompt: 'select_account',
    });
  });

  it('encodes as forms do: a space is +, colon and slash are escaped', async () => {
    const { url } = await sent();
    expect(url)
      .to.include('scope=read+write')
      .and.to.match(/redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d+%2Fplugins%2F/);
  });

  it('has no order that could be relied on', async () => {
    const orders = new Set<string>();
    for (let round = 0; round < 12; round += 1) orders.add([...(await sent()).query.keys()].join());
    expect(orders.size).to.be.greaterThan(1);
  });

  it('uses another state each time', async () => {
    expect((await sent()).query.get('state')).not.to.equal((await sent()).query.get('state'));
  });

  it('keeps the query of the endpoint, but not its values of our own parameters', async () => {
    const authorizationEndpoint = `${pair.link.authorizationEndpoint}?tenant=a+b&scope=admin&prompt=none`;
    const { query } = await sent({ authorizationEndpoint });
    expect(query.get('tenant')).to.equal('a b');
    expect(query.getAll('scope')).to.deep.equal(['read write']);
    expect(query.getAll('prompt')).to.deep.equal(['select_account']);
    expect(query.get('redirect_uri')).to.equal(pair.client.redirectUri(authorizationEndpoint));
  });

  it('asks Google and Microsoft for offline access in their own ways', async () => {
    const google = (await sent({ type: 'google' })).query;
    expect(google.get('prompt')).to.equal('select_account consent');
    expect(google.get('access_type')).to.equal('offline');
    const microsoft = (await sent({ type: 'microsoft' })).query;
    expect(microsoft.get('scope')).to.equal('read write offline_access');
    expect(microsoft.has('access_type')).to.equal(false);
  });
});
