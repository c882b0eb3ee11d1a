import { expect } from 'chai';
import { endpoints, outgoingPair, refusal, type OutgoingPair } from './outgoing-pair.js';

describe('a link that is edited after the grant', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair()));
  afterEach(() => pair.stop());

  for (const [how, scopes, asked] of [
    ['wider', ['read', 'write', 'admin'], 'admin read write'],
    ['narrower', ['read'], 'read'],
    ['disjoint', ['other'], 'other'],
  ] as const) {
    it(`O9: refreshes with ${how} scopes, those of today`, async () => {
      const token = await pair.authorized();
      pair.client.edit(pair.id, { scopes });
      expect(await pair.client.useToken(token.id)).to.deep.equal({ outcome: 'used' });
      expect(pair.tokenRequests().at(-1)?.form.get('scope')).to.equal(asked);
    });
  }

  it('O9: keeps the grant as recoverable where the other side refuses the new scopes', async () => {
    const token = await pair.authorized();
    pair.client.edit(pair.id, { scopes: ['other'] });
    pair.remote.replies[endpoints.token] = refusal('The scope is not allowed.', 400, 'invalid_scope');
    expect(await pair.client.useToken(token.id)).to.deep.equal({
      outcome: 'recoverable',
      error: 'The scope is not allowed.',
    });
  });

  it('O10: another spelling of the authorization endpoint is another redirect URI, in both requests', async () => {
    const before = pair.client.redirectUri(pair.link.authorizationEndpoint);
    const authorizationEndpoint = `${pair.link.authorizationEndpoint}?`;
    pair.client.edit(pair.id, { authorizationEndpoint });
    const after = pair.client.redirectUri(authorizationEndpoint);
    expect(after).not.to.equal(before);
    expect((await pair.test()).outcome).to.equal('success');
    expect(pair.remote.to(endpoints.authorize)[0]?.query.get('redirect_uri')).to.equal(after);
    expect(pair.tokenRequests()[0]?.form.get('redirect_uri')).to.equal(after);
  });

  it('O10: a flow that was under way when the endpoint changed ends with the suffix of its beginning', async () => {
    pair.remote.replies[endpoints.authorize] = ({ query }) => {
      pair.client.edit(pair.id, { authorizationEndpoint: `${pair.link.authorizationEndpoint}/` });
      const back = new URL(query.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'c', state: query.get('state') ?? '' }).toString();
      return { status: 302, headers: { Location: back.href } };
    };
    expect((await pair.test()).outcome).to.equal('success');
  });
});
