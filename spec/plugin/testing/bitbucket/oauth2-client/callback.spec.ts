import { expect } from 'chai';
import type { MiniBrowser } from '../../../../../plugin/testing/index.js';
import { createBrowser } from '../../../../../plugin/testing/index.js';
import { endpoints, goBack, outgoingPair, restPath, type OutgoingPair } from './outgoing-pair.js';

describe('O3: state and callback', () => {
  let pair: OutgoingPair;
  let browser: MiniBrowser;
  beforeEach(async () => {
    pair = await outgoingPair();
    browser = await pair.standIn.as('admin');
    // The server keeps the browser, so that each spec decides what comes back.
    pair.remote.replies[endpoints.authorize] = { body: 'consent page' };
  });
  afterEach(() => pair.stop());

  const home = (): string => `${pair.standIn.url}/`;

  async function begin(): Promise<{ id: string; initFlowUrl: string }> {
    const query = new URLSearchParams({ id: pair.id, callbackUrl: `${pair.standIn.url}/there` });
    const { text } = await browser.post(`${pair.standIn.url}${restPath}/flow?${query.toString()}`, {});
    return JSON.parse(text) as { id: string; initFlowUrl: string };
  }
  /** A flow whose browser is at the authorization server. */
  async function away(): Promise<{ id: string; state: string; callback: string }> {
    const { id, initFlowUrl } = await begin();
    await browser.get(initFlowUrl);
    const { query } = pair.remote.to(endpoints.authorize).at(-1)!;
    return { id, state: query.get('state') ?? '', callback: query.get('redirect_uri') ?? '' };
  }
  const comeBack = (callback: string, query: Record<string, string>, as = browser) =>
    as.get(`${callback}?${new URLSearchParams(query).toString()}`);
  const result = async (id: string): Promise<unknown> =>
    JSON.parse((await browser.get(`${pair.standIn.url}${restPath}/flow/${id}`)).text);

  function expectLost(page: { url: string }): void {
    expect(page.url).to.equal(home());
    expect(pair.tokenRequests()).to.deep.equal([]);
    expect(pair.client.log).to.have.length.greaterThan(0);
  }

  it('1.3: the browser may leave within 120 s, and not later', async () => {
    const inTime = await begin();
    pair.clock.advance(119_000);
    expect((await browser.get(inTime.initFlowUrl)).text).to.equal('consent page');
    const late = await begin();
    pair.clock.advance(121_000);
    expect((await browser.get(late.initFlowUrl)).url).to.equal(home());
  });

  it('1.3: login and consent may take 180 s, and not longer', async () => {
    const inTime = await away();
    pair.clock.advance(179_000);
    const back = await comeBack(inTime.callback, { code: 'c', state: inTime.state });
    expect(back.url).to.equal(`${pair.standIn.url}/there/${inTime.id}`);
    const late = await away();
    const before = pair.tokenRequests().length;
    pair.clock.advance(181_000);
    expect((await comeBack(late.callback, { code: 'c', state: late.state })).url).to.equal(home());
    expect(pair.tokenRequests()).to.have.length(before);
  });

  it('1.3: the result waits for 120 s and is read once', async () => {
    const first = await away();
    await comeBack(first.callback, { code: 'c', state: first.state });
    expect(await result(first.id)).to.deep.equal({ success: true, error: null });
    expect(await result(first.id)).to.have.property('errors');
    const second = await away();
    await comeBack(second.callback, { code: 'c', state: second.state });
    pair.clock.advance(121_000);
    expect(await result(second.id)).to.have.property('errors');
  });

  it('1.4 row 1: an error wins over a code', async () => {
    const { id, state, callback } = await away();
    await comeBack(callback, { error: 'access_denied', code: 'c', state });
    expect(await result(id)).to.have.property('success', false);
    expect(pair.tokenRequests()).to.deep.equal([]);
  });

  it('1.4 rows 2 and 3: a parameter `response` loses the flow silently', async () => {
    const { state, callback } = await away();
    expectLost(await comeBack(callback, { response: 'eyJ', code: 'c', state }));
  });

  it('1.4 row 4: a state that is absent, unknown or of an error response is lost silently', async () => {
    const { callback } = await away();
    expectLost(await comeBack(callback, { code: 'c' }));
    expectLost(await comeBack(callback, { code: 'c', state: 'b7e23ec2-9c4b-4c6a-8f0e-1b2a3c4d5e6f' }));
    expectLost(await comeBack(callback, { error: 'access_denied' }));
  });

  it('1.4 row 4: a state works once', async () => {
    const { state, callback } = await away();
    await comeBack(callback, { code: 'c', state });
    expect((await comeBack(callback, { code: 'c', state })).url).to.equal(home());
    expect(pair.tokenRequests()).to.have.length(1);
  });

  it('1.4 row 4: another session, or none, is lost and does not use the state up', async () => {
    const { id, state, callback } = await away();
    expectLost(await comeBack(callback, { code: 'c', state }, await pair.standIn.as('admin')));
    expectLost(await comeBack(callback, { code: 'c', state }, createBrowser()));
    await comeBack(callback, { code: 'c', state });
    expect(await result(id)).to.have.property('success', true);
  });

  it('1.4 row 4: a session that has ended is lost', async () => {
    const { state, callback } = await away();
    await browser.post(`${pair.standIn.url}/logout`, {});
    expectLost(await comeBack(callback, { code: 'c', state }));
  });

  it('1.4 row 5: another suffix is told with the one that was expected', async () => {
    const { id, state, callback } = await away();
    await comeBack(callback.replace(/[^/]+$/, 'MqPjb61oXcWH3yr44stu5Q'), { code: 'c', state });
    const expected = callback.replace(/^.*\//, '');
    expect(((await result(id)) as { error: string }).error)
      .to.include('MqPjb61oXcWH3yr44stu5Q')
      .and.to.include(expected);
    expect(pair.tokenRequests()).to.deep.equal([]);
  });

  it('1.2: one slash at the end of the callback is ignored', async () => {
    const { id, state, callback } = await away();
    await comeBack(`${callback}/`, { code: 'c', state });
    expect(await result(id)).to.have.property('success', true);
  });

  it('1.4 row 6: no code is an error without a text', async () => {
    const { id, state, callback } = await away();
    await comeBack(callback, { state });
    expect(await result(id)).to.deep.equal({ success: false, error: '' });
  });

  it('1.4 row 8: an error is shown as JSON of what is legible of it', async () => {
    const show = async (query: Record<string, string>): Promise<string> => {
      const { id, state, callback } = await away();
      await comeBack(callback, { state, ...query });
      return ((await result(id)) as { error: string }).error;
    };
    expect(await show({ error: 'access_denied', error_description: 'The user said no.' })).to.match(
      /^[^{]+\{"error":"access_denied","error_description":"The user said no\."\}$/,
    );
    for (const illegible of ['Anfrage gelöscht', 'the "user" said no', 'back\\slash', 'line\nbreak']) {
      expect(await show({ error: 'access_denied', error_description: illegible })).to.match(
        /^[^{]+\{"error":"access_denied"\}$/,
      );
    }
  });

  it('1.4: iss and anything else is ignored', async () => {
    const { id, state, callback } = await away();
    await comeBack(callback, { code: 'c', state, iss: 'https://other.example', scope: 'none' });
    expect(await result(id)).to.have.property('success', true);
  });

  it('1.4: a POST is answered 405', async () => {
    const { state, callback } = await away();
    const answer = await browser.post(callback, { code: 'c', state });
    expect(answer.status).to.equal(405);
    expect(answer.header('allow')).to.equal('GET');
    expect(pair.tokenRequests()).to.deep.equal([]);
  });

  it('1.4: what is in the fragment never arrives', async () => {
    pair.remote.replies[endpoints.authorize] = (request) => {
      const { headers } = goBack()(request);
      return { status: 302, headers: { Location: String(headers?.Location).replace('?', '#') } };
    };
    const { outcome, page } = await pair.test();
    expect(outcome).to.equal('lost');
    expectLost({ url: page.url.replace(/#.*$/, '') });
  });
});
