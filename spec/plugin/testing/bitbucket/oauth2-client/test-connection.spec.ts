import { expect } from 'chai';
import { endpoints, goBack, outgoingPair, refusal, restPath, type OutgoingPair } from './outgoing-pair.js';

describe('O8: test of a connection', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair({ contextPath: '/bb' })));
  afterEach(() => pair.stop());

  it('goes all the way, throws the token away and calls no resource', async () => {
    const { outcome, error, page } = await pair.test();
    expect({ outcome, error }).to.deep.equal({ outcome: 'success', error: undefined });
    expect(pair.asked()).to.deep.equal([`GET ${endpoints.authorize}`, `POST ${endpoints.token}`]);
    expect(pair.client.tokens()).to.deep.equal([]);
    const [start] = page.visited;
    expect(start).to.match(
      new RegExp(`^${pair.standIn.url}/plugins/servlet/oauth2/client/callback\\?startFlow=[0-9a-f-]{36}$`),
    );
  });

  it('reads an error of either step', async () => {
    pair.remote.replies[endpoints.token] = refusal('The client secret is wrong.', 401, 'invalid_client');
    expect(await pair.test()).to.include({ outcome: 'error', error: 'The client secret is wrong.' });
    pair.remote.replies[endpoints.authorize] = goBack({ error: 'access_denied' });
    const { outcome, error } = await pair.test();
    expect(outcome).to.equal('error');
    expect(error).to.include('"error":"access_denied"');
  });

  it('is lost without a word when the answer lacks the state', async () => {
    pair.remote.replies[endpoints.authorize] = goBack({ error: 'access_denied', state: '' });
    const { outcome, page } = await pair.test();
    expect(outcome).to.equal('lost');
    expect(page.url).to.equal(pair.standIn.url);
    expect(page.text).not.to.include('access_denied');
  });

  it('follows login and consent where the server has pages for them', async () => {
    pair.remote.replies[endpoints.authorize] = ({ query }) => ({
      headers: { 'Content-Type': 'text/html' },
      body: `<form action="/consent"><input name="state" value="${query.get('state') ?? ''}"><input name="redirect_uri" value="${query.get('redirect_uri') ?? ''}"><button>Allow</button></form>`,
    });
    pair.remote.replies['/consent'] = goBack();
    const { outcome } = await pair.client.testConnection(pair.id, {
      through: (page, browser) => browser.submit(page),
    });
    expect(outcome).to.equal('success');
  });

  it('wants a system administrator with a session, a known link, and a place to return to', async () => {
    expect((await pair.client.testConnection(pair.id, { as: 'ana' })).error).to.include(
      'system administrator',
    );
    const post = (query: string) => pair.rest('POST', `${restPath}/flow?${query}`);
    const back = encodeURIComponent(pair.standIn.url);
    expect((await post(`id=${pair.id}&callbackUrl=${back}`)).status, 'Basic, no session').to.equal(400);
    expect((await post(`id=unknown&callbackUrl=${back}`)).status).to.equal(404);
    const admin = await pair.standIn.as('admin');
    const relative = await admin.post(`${pair.standIn.url}${restPath}/flow?id=${pair.id}&callbackUrl=/x`, {});
    expect(relative.status).to.equal(400);
    expect(pair.asked()).to.deep.equal([]);
  });

  it('refuses endpoints that were saved under a milder rule', async () => {
    const ana = await pair.standIn.as('ana');
    const feature = await ana.get(`${pair.standIn.url}/plugins/servlet/oauth2/feature/${pair.id}`);
    pair.client.switches.allowLoopbackHttp = false;
    expect((await ana.submit(feature)).textOf('problem')).to.include('must begin with https');
    expect(pair.asked()).to.deep.equal([]);
  });

  it('deletes a link with all its tokens and tells the provider nothing', async () => {
    await pair.authorized('ana');
    await pair.authorized('ben');
    const asked = pair.asked().length;
    await pair.rest('DELETE', `${restPath}/${pair.id}`);
    expect(pair.client.tokens()).to.deep.equal([]);
    expect(pair.asked()).to.have.length(asked);
  });
});
